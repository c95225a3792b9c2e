"""deploy/quickstart with the real programs, up to its outage. Usage: outage_test.py GMEWATCHD GMECTL FLEET"""

import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import yaml

from quickstart_run import link_programs, run_until

ROOT = Path(__file__).resolve().parent.parent.parent
OUTAGE_AFTER_SECONDS = 40
# Until the outage, its spike, and the 30 s of the alert rule; a busy machine takes longer.
PATIENCE_SECONDS = 240


def solution_of(code: int) -> str:
    codes = yaml.safe_load((ROOT / "daemon/catalog/gme.yaml").read_text("utf-8"))["codes"]
    return next(one["solution"] for one in codes if one["value"] == code)


class OutageTest(unittest.TestCase):
    def test_shows_the_spike_its_fix_and_the_alert_and_ends_at_a_signal(self):
        with tempfile.TemporaryDirectory() as folder:
            programs = link_programs(Path(folder), sys.argv[1:])
            command = [ROOT / "deploy/quickstart", "--no-install", f"--bin_dir={programs}", f"--state_dir={folder}/state",
                       f"--outage_after={OUTAGE_AFTER_SECONDS}"]
            with open(f"{folder}/out", "w+", encoding="utf-8") as out:
                status, errors = run_until(command, "everything keeps running; Ctrl-C stops it", PATIENCE_SECONDS, stdout=out, stderr=subprocess.PIPE)
                out.seek(0)
                self.look_at(out.read(), status, errors)

    def look_at(self, shown: str, status: int, errors: str):
        everything = f"{shown}\n{errors}"
        self.assertEqual(status, 130, everything)
        self.assertIn("the counts are kept", errors)
        spike, alert = (shown.find(words) for words in ("Spike detected", "Alertmanager has the alert"))
        self.assertTrue(0 < shown.find("What Prometheus counts:") < spike < alert, everything)
        # gmectl breaks the lines of a text at 80 columns.
        by_gmectl, by_the_page = (" ".join(part.split()) for part in (shown[spike:alert], shown[alert:]))
        fix = f"Fix: {solution_of(1005)}"
        self.assertRegex(by_gmectl, r"[1-9]\d* spikes? in 1 incident", everything)
        self.assertRegex(by_gmectl, r"1005 AV_ERR_TIMEOUT [\d.]+/s", everything)
        self.assertIn(fix, by_gmectl, everything)
        number = r"[\d,]+(\.\d)?"
        self.assertRegex(by_the_page, rf"1005 AV_ERR_TIMEOUT rises in region (eu|all), app \S+: {number} a minute, {number} expected at this hour {re.escape(fix)}", everything)
        self.assertRegex(by_the_page, r"triage page http://127\.0\.0\.1:\d+/ ", everything)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
