"""The systemd units, as systemd's own verifier reads them; it starts nothing."""

import difflib
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "deploy/systemd"
UNIT = FOLDER / "gmewatchd.service"
ROLES = (FOLDER / "gmewatchd-front.service", FOLDER / "gmewatchd-counter.service")
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
        for unit in (UNIT, *ROLES):
            done = analyze(["verify", "--man=no"], unit.read_text("utf-8"))
            self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""), unit.name)

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
        for unit in (UNIT, *ROLES):
            done = analyze(["security", "--offline=true", "--threshold=15"], unit.read_text("utf-8"))
            self.assertEqual(done.returncode, 0, unit.name + done.stdout[-300:] + done.stderr)


class RolesTest(unittest.TestCase):
    def test_the_units_of_the_roles_are_that_of_one_machine_but_for_what_a_role_needs(self):
        """So a change of one that the others lack is found."""
        common = UNIT.read_text("utf-8").splitlines()
        own = r"#|$|(Description|ExecStart|TimeoutStopSec|StateDirectory|StateDirectoryMode|LoadCredential|TasksMax)=|  --admin_token_file="
        for unit in ROLES:
            for line in difflib.ndiff(common, unit.read_text("utf-8").splitlines()):
                if line[0] in "+-":
                    self.assertRegex(line[2:], rf"^(?:{own})", unit.name)

    def test_a_role_reads_settings_and_a_token_of_its_own(self):
        for unit in ROLES:
            role = re.search(r"-(\w+)\.service", unit.name).group(1)
            text = unit.read_text("utf-8")
            self.assertIn(f"--config=/etc/gmewatch/{role}.yaml", text)
            self.assertIn("--admin_token_file=%d/admin.token", text)
            self.assertRegex(text, r"(?m)^LoadCredential=admin\.token:")
            self.assertEqual("StateDirectory=" in text, role == "counter")
            self.assertNotIn("gmewatchd.service/", text)


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
