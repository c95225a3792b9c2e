"""Programs and packages that a test takes from PyPI."""

import re
import subprocess
import sys
import unittest
from pathlib import Path


def install(folder: Path, requirements: str, seconds: int, missing: str, also: str = "") -> None:
    """A virtual environment in `folder` with the packages of the file `requirements` beside this one. Where PyPI cannot be reached, or
    pip says what `also` matches, the tests are skipped with the words `missing`."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True, timeout=seconds)
    pip = [folder / "bin/pip", "install", "--quiet", "--disable-pip-version-check", "-r", Path(__file__).with_name(requirements)]
    done = subprocess.run(pip, capture_output=True, text=True, timeout=seconds, check=False)
    away = r"Failed to establish|Connection|timed out|resolution" + (f"|{also}" if also else "")
    if done.returncode != 0 and re.search(away, done.stderr):
        raise unittest.SkipTest(missing)
    done.check_returncode()
