"""The systemd unit, as systemd's own verifier reads it; it starts nothing."""

import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

UNIT = Path(__file__).resolve().parents[2] / "deploy/systemd/gmewatchd.service"
PROGRAM = "/usr/local/bin/gmewatchd"
# serving threads (32 at most) and the others, daemon/run.cc
THREADS_MAX = 32 + 80


def analyze(verb: list[str], unit: str) -> subprocess.CompletedProcess:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "gmewatchd.service"
        # A program that is on every machine, since the verifier looks for it.
        file.write_text(unit.replace(PROGRAM, "/bin/true"), "utf-8")
        return subprocess.run(["systemd-analyze", *verb, str(file)], capture_output=True, text=True, timeout=60, check=False)


@unittest.skipUnless(shutil.which("systemd-analyze"), "the Debian package systemd is not installed")
class UnitTest(unittest.TestCase):
    def test_the_verifier_finds_nothing(self):
        done = analyze(["verify", "--man=no"], UNIT.read_text("utf-8"))
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_the_verifier_would_find_a_wrong_setting(self):
        done = analyze(["verify", "--man=no"], UNIT.read_text("utf-8").replace("TasksMax=1024", "TasksMaximum=many"))
        self.assertIn("TasksMaximum", done.stdout + done.stderr)

    def test_the_verifier_knows_the_credentials(self):
        unit = UNIT.read_text("utf-8").replace("#LoadCredential=", "LoadCredential=")
        self.assertEqual(unit.count("\nLoadCredential="), 2)
        unit = unit.replace("/gmewatchd.yaml\n", "/gmewatchd.yaml --admin_token_file=%d/admin.token\n")
        done = analyze(["verify", "--man=no"], unit)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_it_exposes_little(self):
        # In tenths; 1.2 as shipped.
        done = analyze(["security", "--offline=true", "--threshold=15"], UNIT.read_text("utf-8"))
        self.assertEqual(done.returncode, 0, done.stdout[-300:] + done.stderr)


class LimitsTest(unittest.TestCase):
    def test_systemd_never_gives_up(self):
        settings = UNIT.read_text("utf-8")
        # Between [Unit] and [Service], where systemd reads it.
        self.assertRegex(settings.split("[Service]")[0], r"(?m)^StartLimitIntervalSec=0$")
        self.assertRegex(settings, r"(?m)^Restart=on-failure$")

    def test_the_watchdog_is_slower_than_what_it_waits_for(self):
        settings = UNIT.read_text("utf-8")
        self.assertRegex(settings, r"(?m)^Type=notify$")
        seconds = int(re.search(r"(?m)^WatchdogSec=(\d+)s$", settings).group(1))
        # daemon/ingest/ingest_probe.h: every ten seconds, and ends the process itself after four tries of 5 s and pauses of 2 s.
        self.assertGreaterEqual(seconds, 2 * 4 * (5 + 2))

    def test_all_threads_fit(self):
        tasks = re.search(r"(?m)^TasksMax=(\d+)$", UNIT.read_text("utf-8"))
        self.assertGreater(int(tasks.group(1)), 2 * THREADS_MAX)


if __name__ == "__main__":
    unittest.main()
