"""Runs npm ci in the given folders, unless their node_modules match their lock files."""

import shutil
import subprocess
import sys
from pathlib import Path


def is_installed(folder: Path) -> bool:
    """Whether node_modules was installed from the current lock file."""
    stamp = folder / "node_modules" / ".gmewatch-lock"
    return stamp.exists() and stamp.read_bytes() == (folder / "package-lock.json").read_bytes()


def main() -> int:
    if shutil.which("npm") is None:
        print("npm is not installed: deploy/packages, [test]", file=sys.stderr)
        return 1
    for folder in map(Path, sys.argv[1:]):
        if is_installed(folder):
            continue
        status = subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=folder, check=False).returncode
        if status != 0:
            return status
        shutil.copy(folder / "package-lock.json", folder / "node_modules" / ".gmewatch-lock")
    return 0


if __name__ == "__main__":
    sys.exit(main())
