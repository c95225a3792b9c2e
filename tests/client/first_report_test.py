"""Each first report of README.md is counted once by a real gmewatchd: usage: first_report_test.py GMEWATCHD CPP_PROGRAM C_PROGRAM

The programs in C++ and C were built of the document's lines (readme_program.py); those in TypeScript and C# are made here.
"""

import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "unity")]
import build  # noqa: E402
import readme_program  # noqa: E402
from gmewatchd import Gmewatchd  # noqa: E402


class FirstReportTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.daemon = Gmewatchd(self, GMEWATCHD)
        self.ports = self.daemon.ports
        self.url = f"http://{self.ports['connect']}"

    def check(self, *command: str) -> None:
        """One event of 1005 is counted, of app demo in region eu."""
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        rows = [line for line in self.daemon.metrics().splitlines() if line.startswith("gme_error_events_total{") and not line.endswith(" 0")]
        self.assertEqual(len(rows), 1, rows)
        for part in ('code="1005"', 'region="eu"', 'app="demo"', "} 1"):
            self.assertIn(part, rows[0])

    def test_cpp(self) -> None:
        self.check(CPP, self.ports["ingest"])

    def test_c(self) -> None:
        self.check(C, self.url)

    def test_typescript(self) -> None:
        program = self.folder / "first_report.mjs"
        program.write_text(readme_program.program_of("ts"), encoding="utf-8")
        self.check("node", str(program), self.url)

    def test_csharp(self) -> None:
        if shutil.which("mcs") is None:
            self.skipTest("there is no mcs here")
        source = self.folder / "FirstReport.cs"
        source.write_text(readme_program.program_of("csharp"), encoding="utf-8")
        build.compiled(self.folder / "first_report.exe", [*build.ENGINE, source])
        self.check("mono", str(self.folder / "first_report.exe"), self.url, str(self.folder))


if __name__ == "__main__":
    GMEWATCHD, CPP, C = sys.argv[1:4]
    del sys.argv[1:4]
    unittest.main(verbosity=2)
