"""deploy/haproxy/haproxy.cfg with most of its descriptors in use by clients: usage: haproxy_test.py GMEWATCHD"""

import argparse
import asyncio
import re
import sys
import tempfile
import unittest
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bench"))
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


if __name__ == "__main__":
    GMEWATCHD = sys.argv.pop(1)
    unittest.main(verbosity=2)
