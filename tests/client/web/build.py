"""Installs the npm packages of the client in TypeScript and of its tests, and builds the client as it is published."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
CLIENT = ROOT / "client/web"


def main() -> int:
    install = [sys.executable, "-B", str(ROOT / "tests/dashboards/npm_install.py"), str(CLIENT), str(HERE)]
    for command, folder in ((install, HERE), (["npm", "run", "build"], CLIENT)):
        status = subprocess.run(command, cwd=folder, check=False).returncode
        if status != 0:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main())
