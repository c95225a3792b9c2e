"""A real gmewatchd for a test, in memory, to which anybody may report."""

import subprocess
import unittest
import urllib.request


class Gmewatchd:
    """Runs until the test ends. `ports` has HOST:PORT of ingest, connect and admin."""

    def __init__(self, test: unittest.TestCase, program: str) -> None:
        ports = [f"--{name}_address=127.0.0.1:0" for name in ("ingest", "connect", "admin")]
        daemon = subprocess.Popen([program, "--in_memory", "--open", *ports], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        test.addCleanup(daemon.wait)
        test.addCleanup(daemon.kill)
        assert daemon.stdout
        test.addCleanup(daemon.stdout.close)
        ready = next(line for line in daemon.stdout if line.startswith("ready "))
        self.ports = dict(part.split("=", 1) for part in ready.split()[1:])

    def metrics(self) -> str:
        with urllib.request.urlopen(f"http://{self.ports['admin']}/metrics", timeout=20) as answer:
            return answer.read().decode()
