"""What the documents name must be there: the tests of the promise table, metrics, reasons, files."""

import re
from typing import Iterable, Iterator

from sources import Fault, Source, main

PROMISES = "tests/README.md"
METRIC_NAMES = "daemon/expose/metric_names.h"
REASON_FILES = ("daemon/model/reject_reason.h", "daemon/model/loss_reason.h")

_GTEST = re.compile(r"\bTEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\)")
_TYPED = re.compile(r"\bTYPED_TEST(?:_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\)")
_CTEST = re.compile(r"\b(?:add_test\(\s*NAME|gmewatch_\w*test\()\s*([\w.]+)")
_METHOD = re.compile(r"^class (\w+)|^\s+def (test_\w+)", re.MULTILINE)
_TICKED = re.compile(r"`([^`]+)`")
_METRIC = re.compile(r"\bgme(?:watch)?_[a-z0-9_]+_(?:total|seconds|bytes|info)\b")
_QUOTED_METRIC = re.compile(r'"((?:gme|process)[a-z0-9_]*)"')
_REASON = re.compile(r'\breason="(\w+)"')
# Pictures are no texts, so they are not among the sources.
_LINK = re.compile(r"\]\((?!https?:|#|\S+\.png\))([^)#\s]+)")


def _python_tests(text: str) -> Iterator[str]:
    suite = ""
    for match in _METHOD.finditer(text):
        suite = match.group(1) or suite
        if match.group(2):
            yield f"{suite}.{match.group(2)}"


def tests_in(sources: Iterable[Source]) -> set[str]:
    """The names of all tests: Suite.Name of GoogleTest and unittest, and what add_test calls."""
    found: set[str] = set()
    for source in sources:
        if source.is_code:
            for pattern in (_GTEST, _TYPED):
                found.update(f"{suite}.{name}" for suite, name in pattern.findall(source.text))
        elif source.path.endswith(".py"):
            found.update(_python_tests(source.text))
        elif source.path.endswith("CMakeLists.txt"):
            found.update(_CTEST.findall(source.text))
    return found


def _promise_rows(source: Source) -> Iterator[tuple[int, list[str]]]:
    """(line, tests) of each row of the tables of promises and threats, whose heads have a cell `test`."""
    column = -1
    for number, line in enumerate(source.lines, start=1):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            column = -1
        elif cells[0] in ("promise", "threat") and "test" in cells:
            column = cells.index("test")
        elif column >= 0 and set(line) - set("|-: "):
            yield number, _TICKED.findall(cells[column] if column < len(cells) else "")


def _is_known(test: str, known: set[str], files: set[str]) -> bool:
    """`Suite.*` stands for all tests of a suite, and a test may be a file."""
    if test.endswith(".*"):
        return any(name.startswith(test[:-1]) for name in known)
    return test in known or test in files


def check_promises(sources: list[Source]) -> Iterator[Fault]:
    known = tests_in(sources)
    files = {source.path.rsplit("/", 1)[-1] for source in sources}
    for source in sources:
        if source.path != PROMISES:
            continue
        for number, tests in _promise_rows(source):
            if not tests:
                yield Fault(source.path, number, "promise", "no test stands for this promise")
            for test in tests:
                if not _is_known(test, known, files):
                    yield Fault(source.path, number, "promise", f"there is no test {test}")


def check_names(sources: list[Source]) -> Iterator[Fault]:
    by_path = {source.path: source for source in sources}
    metrics: set[str] = set()
    if METRIC_NAMES in by_path:
        metrics = set(_QUOTED_METRIC.findall(by_path[METRIC_NAMES].text))
    reasons = "".join(by_path[path].text for path in REASON_FILES if path in by_path)
    for source in sources:
        if not source.path.endswith(".md"):
            continue
        for match in _METRIC.finditer(source.text):
            if metrics and match.group() not in metrics:
                line = source.line_at(match.start())
                yield Fault(source.path, line, "metric", f"there is no metric {match.group()}")
        for match in _REASON.finditer(source.text):
            if f'"{match.group(1)}"' not in reasons:
                line = source.line_at(match.start())
                yield Fault(source.path, line, "reason", f"there is no reason {match.group(1)}")


def check_links(sources: list[Source]) -> Iterator[Fault]:
    """Links between documents, relative to the document or its root."""
    paths = {source.path for source in sources}
    folders = {path.rsplit("/", depth)[0] for path in paths for depth in range(1, path.count("/") + 1)}
    for source in sources:
        if not source.path.endswith(".md"):
            continue
        here = source.path.split("/")[:-1]
        for match in _LINK.finditer(source.text):
            target = list(here)
            for part in match.group(1).strip("/").split("/"):
                if part == "..":
                    target = target[:-1]
                elif part != ".":
                    target.append(part)
            if "/".join(target) not in paths | folders:
                line = source.line_at(match.start())
                yield Fault(source.path, line, "link", f"there is no {match.group(1)}")


def check(sources: list[Source]) -> Iterator[Fault]:
    yield from check_promises(sources)
    yield from check_names(sources)
    yield from check_links(sources)


if __name__ == "__main__":
    main(check)
