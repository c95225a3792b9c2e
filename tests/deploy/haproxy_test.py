"""deploy/haproxy/haproxy.cfg with most of its descriptors in use by clients, and with both protocols over TLS. Usage:

    haproxy_test.py GMEWATCHD FLEET
"""

import argparse
import asyncio
import json
import re
import subprocess
import sys
import tempfile
import unittest
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/bench"), str(ROOT / "deploy")]
import quickstart_counts  # noqa: E402
from connections import ConnectClient, Load, Site  # noqa: E402

CLIENTS = 200  # of 240 that may connect; all report at a time


class HaproxyTest(unittest.TestCase):
    def test_its_connections_to_gmewatchd_are_shared_in_a_busy_hour(self) -> None:
        """Otherwise each request makes one, and gmewatchd ends the oldest at its limit."""
        options = argparse.Namespace(connections=CLIENTS, front="plain", gmewatchd=GMEWATCHD)
        with tempfile.TemporaryDirectory() as folder:
            site = Site(Path(folder), options)
            try:
                kept = asyncio.run(self.kept(site, options))
                self.assertGreater(kept, 0)
                self.assertLess(kept, CLIENTS * 3 // 2)
                self.assertEqual(site.counted(), 3 * CLIENTS)
            finally:
                site.stop()

    async def kept(self, site: Site, options: argparse.Namespace) -> int:
        """How many connections gmewatchd has when all answers are there and clients keep theirs."""
        load = Load(ConnectClient, site, options)
        await load.open()
        await load.go_round()
        await load.go_round()
        with urllib.request.urlopen(f"http://{site.admin}/metrics", timeout=20) as answer:
            found = re.search(r"^gmewatch_connect_connections (\d+)", answer.read().decode(), re.MULTILINE)
        for client in load.clients:
            client.writer.transport.abort()
        return int(found[1]) if found else -1


class FleetTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        options = argparse.Namespace(connections=CLIENTS, front="tls", gmewatchd=GMEWATCHD)
        names = ("demo", "demo-arena", "demo-racing")
        self.site = Site(self.folder, options, apps=f"[{', '.join(f'{{name: {name}, regions: [eu, us, asia, sa]}}' for name in names)}]")
        self.addCleanup(self.site.stop)

    def run_fleet(self, *options: str) -> dict:
        front = f"127.0.0.1:{self.site.ports[ConnectClient]}"
        command = [FLEET, f"--address={front}", "--tls", f"--connect_url=https://{front}", "--clients=60", "--json", *options]
        run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        self.assertIn(run.returncode, (0, 1), run.stderr)
        return json.loads(run.stdout)

    def test_half_over_grpc_and_half_over_https_are_counted_once(self) -> None:
        totals = self.run_fleet(f"--ca_file={self.folder}/certificate", "--seconds=6", "--flush_interval=1s")
        self.assertEqual(totals["total"]["acknowledged"], totals["total"]["reported"], totals)
        for protocol in ("grpc", "connect"):
            self.assertEqual(totals["over"][protocol]["clients"], 30)
            self.assertGreater(totals["over"][protocol]["acknowledged"], 0, totals)
        self.assertEqual(quickstart_counts.counted(self.site.admin), totals["total"]["acknowledged"])

    def test_a_front_that_nobody_vouches_for_gets_nothing(self) -> None:
        totals = self.run_fleet("--connect_share=1", "--seconds=2", "--stop_timeout=1s")
        self.assertGreater(totals["over"]["connect"]["failed_batches"], 0, totals)
        self.assertEqual(totals["over"]["connect"]["acknowledged"], 0, totals)
        self.assertEqual(quickstart_counts.counted(self.site.admin), 0)


if __name__ == "__main__":
    GMEWATCHD, FLEET = sys.argv[1:3]
    del sys.argv[1:3]
    unittest.main(verbosity=2)
