"""deploy/quickstart with stand-ins for gmewatchd and the fleet, and a real Prometheus."""

import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
QUICKSTART = HERE.parent.parent / "deploy" / "quickstart"


class QuickstartTest(unittest.TestCase):
    def setUp(self):
        if shutil.which("prometheus") is None:
            self.skipTest("Prometheus is not installed")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.bin = Path(folder.name) / "bin"
        self.state = Path(folder.name) / "state"
        self.bin.mkdir()
        for name in ("gmewatchd", "fleet"):
            program = "gmewatchd" if name == "gmewatchd" else "gmewatch_fleet"
            shutil.copy(HERE / f"standin_{name}", self.bin / program)
        (self.state / "gmewatchd").mkdir(parents=True)

    def command(self, *arguments: str) -> list[str]:
        return [str(QUICKSTART), "--no-install", f"--bin_dir={self.bin}", f"--state_dir={self.state}", *arguments]

    def run_it(self, *arguments: str) -> subprocess.CompletedProcess:
        run = subprocess.run(self.command(*arguments), capture_output=True, text=True, timeout=170, check=False)
        self.assert_nothing_runs()
        return run

    def assert_nothing_runs(self):
        """No process has the state directory among its arguments."""
        for file in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                self.assertNotIn(str(self.state), file.read_text(encoding="utf-8", errors="replace"))
            except (FileNotFoundError, ProcessLookupError):
                continue  # it has ended in the meantime

    def break_with(self, fault: str):
        (self.state / "gmewatchd" / "fault").write_text(fault, encoding="utf-8")

    def test_all_is_counted_and_a_second_run_continues(self):
        first = self.run_it("--seconds=3")
        self.assertEqual(first.returncode, 0, first.stderr)
        self.assertIn("no outage in this run", first.stderr)
        self.assertRegex(first.stdout, r"1005 +AV_ERR_STANDIN +eu +demo +[\d,]+\n")
        total = int(re.search(r"acknowledged \d+, counted (\d+).*: all counted", first.stdout).group(1))
        self.assertGreater(total, 0)
        over = re.search(r"were acknowledged: (\d+) over gRPC, (\d+) over HTTP by the core in C", first.stderr)
        self.assertEqual(int(over[1]), int(over[2]), first.stderr)
        self.assertEqual(int(over[1]) + int(over[2]), total, first.stderr)
        second = self.run_it("--seconds=1")
        self.assertEqual(second.returncode, 0, second.stderr)
        self.assertIn(f"counts kept from earlier runs: {total} events", second.stderr)

    def test_a_lost_event_is_reported(self):
        self.break_with("lose")
        run = self.run_it("--seconds=1")
        self.assertEqual(run.returncode, 1)
        self.assertRegex(run.stderr, r"gmewatchd counted \d+ events in this run, \d+ were acknowledged")

    def test_a_process_that_ends_is_named_with_the_end_of_its_log(self):
        self.break_with("die")
        run = self.run_it("--seconds=1")
        self.assertEqual(run.returncode, 1)
        self.assertIn("gmewatchd has ended with status 1", run.stderr)
        self.assertIn("the stand-in ends as the fault file asks", run.stderr)

    def test_wrong_arguments_are_rejected(self):
        for argument in ("--seconds=soon", "--clients=0", "--colour"):
            self.assertEqual(self.run_it(argument).returncode, 2, argument)

    def test_a_signal_stops_all(self):
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            with subprocess.Popen(self.command(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
                for line in run.stderr:
                    if "Ctrl-C stops everything" in line:
                        break
                run.send_signal(number)
                begin = time.monotonic()
                self.assertEqual(run.wait(timeout=60), status)
                self.assertLess(time.monotonic() - begin, 30)
            self.assert_nothing_runs()


if __name__ == "__main__":
    unittest.main()
