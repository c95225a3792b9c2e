"""What a player's device does to the core in C over libcurl: usage: short_game_test.py PROGRAM GMEWATCHD MODULE_HOST MODULE MODULE

A name with an IPv6 address that does not answer, no file descriptor and no thread left delay delivery and nothing else.
"""

import re
import socket
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from gmewatchd import Gmewatchd  # noqa: E402

NAMESPACE = ["unshare", "--mount"]


class ShortGameTest(unittest.TestCase):
    def setUp(self) -> None:
        self.daemon = Gmewatchd(self, GMEWATCHD)
        self.ports = self.daemon.ports

    def counted(self) -> list[str]:
        return re.findall(r'^gme_error_events_total\{code="1005",.*\} (\d+)', self.daemon.metrics(), re.MULTILINE)

    def check_address(self, is_full: bool) -> None:
        if subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode != 0:
            self.skipTest("no mount namespaces here")
        port = int(self.ports["connect"].rsplit(":", 1)[1])
        with socket.socket(socket.AF_INET6) as dead, tempfile.TemporaryDirectory() as folder:
            dead.bind(("::1", port))
            dead.listen(0 if is_full else 64)
            full = [socket.socket(socket.AF_INET6) for _ in range(4 if is_full else 0)]
            for filler in full:
                filler.setblocking(False)
                filler.connect_ex(("::1", port))
            hosts = Path(folder) / "hosts"
            hosts.write_text("::1 two.example\n127.0.0.1 two.example\n", encoding="utf-8")
            inside = f"mount --bind {hosts} /etc/hosts && exec {PROGRAM} http://two.example:{port}"
            done = subprocess.run([*NAMESPACE, "sh", "-c", inside], timeout=60, check=False)
            for filler in full:
                filler.close()
        self.assertEqual(done.returncode, 0)
        self.assertEqual(self.counted(), ["1"])

    def test_an_address_that_accepts_and_says_nothing(self) -> None:
        self.check_address(is_full=False)

    def test_an_address_that_drops_connections(self) -> None:
        self.check_address(is_full=True)

    def test_no_thread_left_in_mid_game(self) -> None:
        """libcurl resolves a name on a thread of its own."""
        if subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode != 0:
            self.skipTest("no mount namespaces here")
        port = int(self.ports["connect"].rsplit(":", 1)[1])
        with tempfile.TemporaryDirectory() as folder:
            hosts = Path(folder) / "hosts"
            hosts.write_text("127.0.0.1 one.example\n", encoding="utf-8")
            inside = f"mount --bind {hosts} /etc/hosts && exec {PROGRAM} http://one.example:{port} threads"
            done = subprocess.run([*NAMESPACE, "sh", "-c", inside], timeout=60, check=False, capture_output=True, text=True)
        self.assertEqual((done.returncode, self.counted()), (0, ["1"]), done.stderr)
        self.assertRegex(done.stdout, "^[1-9][0-9]* attempts failed")

    def test_two_modules_of_one_game_have_the_core(self) -> None:
        host, *modules = MODULES
        done = subprocess.run([host, f"http://{self.ports['connect']}", *modules], timeout=60, check=False, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(re.findall(r'^gme_sessions_total\{region="eu",app="demo"\} (\d+)', self.daemon.metrics(), re.MULTILINE), ["2"])

    def test_no_descriptor_left_in_mid_game(self) -> None:
        done = subprocess.run([PROGRAM, f"http://{self.ports['connect']}", "after"], timeout=60, check=False)
        self.assertEqual((done.returncode, self.counted()), (0, ["1"]))

    def test_no_descriptor_left_at_the_start(self) -> None:
        """A null handle is harmless; one that works delivers."""
        done = subprocess.run([PROGRAM, f"http://{self.ports['connect']}", "before"], timeout=60, check=False)
        self.assertEqual(done.returncode, 0)
        self.assertIn(self.counted(), ([], ["1"]))


if __name__ == "__main__":
    PROGRAM, GMEWATCHD, *MODULES = sys.argv[1:6]
    del sys.argv[1:6]
    unittest.main(verbosity=2)
