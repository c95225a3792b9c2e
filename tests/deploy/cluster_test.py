"""deploy/quickstart --cluster with the real programs and real brokers. Usage: cluster_test.py GMEWATCHD GMECTL FLEET"""

import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from quickstart_run import link_programs, run_until

QUICKSTART = Path(__file__).resolve().parents[2] / "deploy/quickstart"
# A minute on a quiet machine.
PATIENCE_SECONDS = 480


class ClusterQuickstartTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.state = Path(folder.name) / "state"
        programs = link_programs(Path(folder.name), PROGRAMS)
        self.command = [QUICKSTART, "--cluster", "--no-install", f"--bin_dir={programs}", f"--state_dir={self.state}", "--clients=60"]

    def run_until(self, last_words: str, **more) -> tuple[int, str]:
        """The exit status after Ctrl-C at `last_words`, and all output."""
        return run_until(self.command, last_words, PATIENCE_SECONDS, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)

    def assert_nothing_runs(self):
        """No process has the state directory among its arguments, or as its folder, as brokers do."""
        for process in Path("/proc").glob("[0-9]*"):
            try:
                words = (process / "cmdline").read_text("utf-8", errors="replace") + os.readlink(process / "cwd")
                self.assertNotIn(str(self.state), words)
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue  # it has ended in the meantime, or is another user's

    def test_the_numbers_are_right_over_three_kills_and_ctrl_c_stops_everything(self):
        status, output = self.run_until("everything keeps running; Ctrl-C stops it")
        self.assert_nothing_runs()
        if "no brokers:" in output:
            self.skipTest(output)
        self.assertEqual(status, 130, output)
        kills = re.findall(r"kill -9 (\S+)\n", output)
        self.assertEqual(kills, ["broker-2", "front-1", "counter-a"], output)
        for name in kills:
            self.assertRegex(output, rf"\d  {name} is back")
        result = re.search(r"acknowledged (\d+), counted (\d+) by each counter, Prometheus shows (\d+) including 0 of earlier runs: all counted", output)
        self.assertTrue(result, output)
        self.assertGreater(int(result[1]), 60)
        self.assertEqual(len(set(result.groups())), 1, output)
        self.assertRegex(output, r"counters that went back +0\n")

    def test_without_java_it_says_what_is_missing(self):
        tools = self.state.parent / "tools"
        tools.mkdir()
        for name in ("bash", "env", "python3", "dirname", "mkdir", "setsid", "sleep"):
            os.symlink(next(Path(folder) / name for folder in os.get_exec_path() if (Path(folder) / name).exists()), tools / name)
        status, output = self.run_until("nothing", env=os.environ | {"PATH": str(tools)})
        self.assertEqual(status, 1)
        self.assertIn("java is not installed (Debian's openjdk-17-jre-headless)", output)
        self.assert_nothing_runs()

    def test_an_outage_belongs_to_the_other_demonstration(self):
        self.command.append("--outage_after=3")
        status, output = self.run_until("nothing")
        self.assertEqual(status, 2)
        self.assertIn("--outage_after has no meaning with --cluster", output)


if __name__ == "__main__":
    PROGRAMS = sys.argv[1:4]
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=2)
