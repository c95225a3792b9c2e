"""Formatting by tools: clang-format 14 over C++, shellcheck over bash. A tool that is not there is said and skipped."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from sources import SKIPPED, load

CLANG_FORMAT_MAJOR = 14


def find_clang_format() -> str | None:
    """Other versions lay out the same code in other ways, so only this one will do."""
    for name in (f"clang-format-{CLANG_FORMAT_MAJOR}", "clang-format"):
        if shutil.which(name) is None:
            continue
        version = subprocess.run([name, "--version"], capture_output=True, text=True, check=True).stdout
        found = re.search(r"version (\d+)\.", version)
        if found and int(found.group(1)) == CLANG_FORMAT_MAJOR:
            return name
    return None


def format_command(root: Path) -> list[str] | None:
    tool = find_clang_format()
    if tool is None:
        return None
    files = [source.path for source in load(root) if source.is_code]
    return [tool, "--style=file", "--dry-run", "-Werror", "--ferror-limit=3", *files]


def shell_command(root: Path) -> list[str] | None:
    if shutil.which("shellcheck") is None:
        return None
    scripts = [s.path for s in load(root) if re.match(r"#!.*\bbash\b|# shellcheck shell=bash", s.text)]
    return ["shellcheck", "--external-sources", "--source-path=SCRIPTDIR", *scripts]


COMMANDS = {
    "clang-format": (format_command, f"clang-format {CLANG_FORMAT_MAJOR}"),
    "shellcheck": (shell_command, "shellcheck"),
}


def main() -> int:
    root = Path(sys.argv[1]).resolve()
    make_command, package = COMMANDS[sys.argv[2]]
    command = make_command(root)
    if command is None:
        print(f"skipped: {package} is not installed; tests/run installs it")
        return SKIPPED
    return subprocess.run(command, cwd=root, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
