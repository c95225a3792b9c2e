"""The project's files as the style checks see them, and how a check reports what it found."""

import re
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Callable, Iterable

SKIPPED_FOLDERS = {".git", "build", "node_modules", "__pycache__", "testdata", "corpus", "regressions"}
CODE_SUFFIXES = {".cc", ".h"}
TEXT_SUFFIXES = CODE_SUFFIXES | {
    ".cfg", ".cmake", ".cs", ".css", ".csv", ".in", ".js", ".json", ".md", ".mjs", ".proto", ".py", ".service", ".sh", ".supp",
    ".tmpl", ".ts", ".txt", ".yaml", ".yml", "",
}

# The status by which a check tells ctest that it could not run (SKIP_RETURN_CODE).
SKIPPED = 77

_TOKEN = re.compile(
    r"""//[^\n]* | /\*.*?\*/                            # comments
      | R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"    # raw strings
      | "(?:\\.|[^"\\\n])*"                             # strings
      | (?<![0-9A-Za-z_])'(?:\\.|[^'\\\n])+'            # characters, and not 1'000
    """,
    re.DOTALL | re.VERBOSE,
)
_INCLUDE = re.compile(r'^\s*#\s*include\s+["<]([^">]+)[">]', re.MULTILINE)
_ALLOW = re.compile(r"//\s*allow\((\w+)\):\s*\S+\s+\S+")


@dataclass(frozen=True)
class Fault:
    path: str
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: [{self.rule}] {self.message}"


class Source:
    """One file; `path` is relative to the root, with slashes."""

    def __init__(self, path: str, text: str):
        self.path = path
        self.text = text

    @property
    def is_code(self) -> bool:
        return Path(self.path).suffix in CODE_SUFFIXES

    @cached_property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    @cached_property
    def code(self) -> str:
        """The text without comments and what stands in quotes; every line keeps its number."""

        def blank(match: re.Match[str]) -> str:
            return re.sub(r"[^\n]", " ", match.group())

        return _TOKEN.sub(blank, self.text)

    @cached_property
    def includes(self) -> list[tuple[int, str]]:
        """(line, what is included), however it is quoted."""
        return [(self.line_at(m.start(1)), m.group(1)) for m in _INCLUDE.finditer(self.text)]

    def line_at(self, offset: int) -> int:
        return self.text.count("\n", 0, offset) + 1

    def allows(self, line: int, rule: str) -> bool:
        """Whether the line says `// allow(RULE): why`, with at least two words of why."""
        return any(m.group(1) == rule for m in _ALLOW.finditer(self.lines[line - 1]))


def under(path: str, *folders: str) -> bool:
    """Whether `path` is one of `folders` (or files) or lies in one."""
    return any(path == folder or path.startswith(folder + "/") for folder in folders)


def load(root: Path) -> list[Source]:
    """Every text file of the project, in order of path."""
    found = []
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if SKIPPED_FOLDERS.intersection(relative.parts) or not path.is_file():
            continue
        if path.suffix not in TEXT_SUFFIXES:
            continue
        try:
            found.append(Source(relative.as_posix(), path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue  # not a text
    return found


def main(check: Callable[[list[Source]], Iterable[Fault]]) -> None:
    """Runs `check` over the tree that the first argument names; exit status 1 where it finds a fault."""
    root = Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    sources = load(root)
    faults = list(check(sources))
    for fault in faults:
        print(fault)
    print(f"{len(sources)} files, {len(faults)} faults")
    sys.exit(1 if faults or not sources else 0)
