"""What the sources must not contain: forbidden calls, long files, classes in two files, suppressions without a reason.

A line that breaks a rule on purpose says so: `// allow(RULE): why`.
"""

import re
from dataclasses import dataclass
from typing import Iterable, Iterator

from sources import Fault, Source, main, under

LINES_MAX = 300

_CLOCK_FILES = ("daemon/base/clock.cc", "client/src/monitor.cc")
_REAL_TIME = ("tests/bench", "tests/evaluation", "tests/integration", "tests/support", "client/examples")


@dataclass(frozen=True)
class Rule:
    """Code of `folders` outside `besides` must not match `pattern`."""

    name: str
    pattern: str
    message: str
    folders: tuple[str, ...]
    besides: tuple[str, ...] = ()

    def applies(self, path: str) -> bool:
        return under(path, *self.folders) and not under(path, *self.besides)


# Rules for code: comments and quoted text do not count.
CODE_RULES = [
    Rule(
        "clock",
        r"\babsl::(Now|GetCurrentTimeNanos)\b|\b\w+_clock::now\b|\b(clock_gettime|gettimeofday)\b"
        r"|\bstd::time\s*\(|(?<![\w:.>])time\s*\(\s*(nullptr|NULL|0|&)",
        "time comes from a Clock, so that a test can hold it still",
        ("daemon", "client", "tests"),
        (*_CLOCK_FILES, *_REAL_TIME),
    ),
    Rule(
        "sleep",
        r"\b(sleep|usleep|nanosleep|clock_nanosleep|SleepFor|sleep_for|sleep_until)\s*\(",
        "a wait states its condition",
        ("daemon", "client", "tests"),
        _CLOCK_FILES,
    ),
    Rule(
        "timed_wait",
        r"\b((Await|Wait|WaitForNotification|(Reader)?LockWhen)With(Timeout|Deadline))\b",
        "abseil waits on the wall clock, which may be set: base/timed_wait.h, or client/src/monitor.h",
        ("daemon", "client"),
    ),
    Rule(
        "temp_dir",
        r"\btesting::TempDir\b|\bmkdtemp\b|\bmkstemp\b",
        "tests run at the same time: a directory of one test alone comes from tests/support/temp_dir.h",
        ("tests",),
        ("tests/support/temp_dir.cc", "tests/bench"),
    ),
    Rule(
        "shared_ptr",
        r"\b(shared_ptr|make_shared)\b(?!<const )|\benable_shared_from_this\b",
        "one owner, a value or a unique_ptr; only an immutable snapshot (shared_ptr<const T>) is shared",
        ("daemon",),
        ("daemon/expose",),
    ),
    Rule(
        "string_view",
        r"\bstd::string_view\b",
        "absl::string_view: the packaged abseil has a type of its own",
        ("daemon",),
    ),
    Rule(
        "pure",
        r"\bstd::(jthread|thread|async|random_device|mt19937\w*|chrono|ofstream|ifstream|fstream|cout|cerr)\b"
        r"|\b(fopen|printf|fprintf|getenv|rand|random)\s*\(|\bLog(Info|Warning|Error)\s*\(",
        "the aggregate and the detector read no clock, start no thread and do no I/O",
        ("daemon/aggregate", "daemon/detect"),
    ),
]

# Headers that the same folders must not include.
_IMPURE_HEADERS = re.compile(
    r"(thread|future|fstream|iostream|cstdio|chrono|ctime|random|unistd\.h|filesystem"
    r"|absl/random/.*|absl/time/clock\.h|daemon/base/(clock|log)\.h)$"
)

# Product code, whose classes have one .cc each; and the folders that wait to be rebuilt that way.
_PRODUCT = ("daemon", "client")
_REBUILT = ("daemon/detect",)
# A method's definition: at the start of a line, so that a call inside of a function does not count.
_METHOD = re.compile(r"^[^\s#/}].*?\b([A-Z]\w*)::~?[A-Z]\w*\(", re.MULTILINE)
_MAIN = re.compile(r"^int main\(", re.MULTILINE)

_MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:work|home)/")
_NOLINT = re.compile(r"NOLINT(?!END)(?:NEXTLINE|BEGIN)?(?:\([^)]*\))?")
_DISABLED = re.compile(r"\bDISABLED_\w+")
_SKIP = re.compile(r"\bGTEST_SKIP\(\)(?P<why>\s*<<)?")
_REASON = re.compile(r"[:,\s]*\w+\W+\w+")


def _check_code(source: Source) -> Iterator[Fault]:
    for rule in CODE_RULES:
        if not rule.applies(source.path):
            continue
        for match in re.finditer(rule.pattern, source.code):
            line = source.line_at(match.start())
            if not source.allows(line, rule.name):
                yield Fault(source.path, line, rule.name, f"{match.group()}: {rule.message}")


def _check_pure_includes(source: Source) -> Iterator[Fault]:
    if not under(source.path, "daemon/aggregate", "daemon/detect"):
        return
    for line, include in source.includes:
        if _IMPURE_HEADERS.match(include):
            yield Fault(source.path, line, "pure", f"the aggregate and the detector must not include {include}")


def _check_reasons(source: Source) -> Iterator[Fault]:
    for number, line in enumerate(source.lines, start=1):
        nolint = _NOLINT.search(line)
        if nolint and not _REASON.match(line[nolint.end() :]):
            yield Fault(source.path, number, "nolint", "say why behind it: // NOLINT(CHECK): why")
        disabled = _DISABLED.search(source.code.split("\n")[number - 1])
        if disabled and not re.search(r"//\s*\w+\W+\w+", line):
            yield Fault(source.path, number, "disabled", "a disabled test says why on its line")
    for skip in _SKIP.finditer(source.code):
        if not skip.group("why"):
            yield Fault(source.path, source.line_at(skip.start()), "skip", "GTEST_SKIP() << why")


def _check_any(source: Source) -> Iterator[Fault]:
    for number, line in enumerate(source.lines, start=1):
        if line != line.rstrip():
            yield Fault(source.path, number, "white_space", "white space at the end of the line")
        if _MACHINE_PATH.search(line):
            yield Fault(source.path, number, "machine_path", "a path of one machine")
    if source.text and not source.text.endswith("\n"):
        yield Fault(source.path, len(source.lines), "last_line", "no newline at the end")
    length = source.text.count("\n")
    allowed = any(source.allows(line, "length") for line in range(1, min(10, len(source.lines)) + 1))
    if length > LINES_MAX and not allowed and source.path.endswith((".cc", ".cs", ".h", ".mjs", ".py", ".ts")):
        yield Fault(source.path, length, "length", f"{length} lines, at most {LINES_MAX}")


def check_source(source: Source) -> Iterator[Fault]:
    yield from _check_any(source)
    if source.is_code:
        yield from _check_code(source)
        yield from _check_pure_includes(source)
        yield from _check_reasons(source)


def check_classes(sources: list[Source]) -> Iterator[Fault]:
    """A class has one .cc, and that .cc a header of its name: no class is cut over several files."""
    paths = {source.path for source in sources}
    homes: dict[tuple[str, str], set[str]] = {}
    for source in sources:
        if not source.path.endswith(".cc") or not under(source.path, *_PRODUCT) or under(source.path, *_REBUILT):
            continue
        header = source.path.removesuffix(".cc") + ".h"
        public = "client/include/gmewatch/" + header.rsplit("/", 1)[1]
        if header not in paths and public not in paths and not _MAIN.search(source.code):
            yield Fault(source.path, 1, "header", "a .cc has a header of its name, unless it has main()")
        folder = source.path.rsplit("/", 1)[0]
        for match in _METHOD.finditer(source.code):
            homes.setdefault((folder, match.group(1)), set()).add(source.path)
    for (_, name), files in homes.items():
        for path in sorted(files)[1:]:
            yield Fault(path, 1, "partial", f"class {name} has methods in {sorted(files)[0]} too: one class, one .cc")


def check(sources: Iterable[Source]) -> Iterator[Fault]:
    sources = list(sources)
    for source in sources:
        yield from check_source(source)
    yield from check_classes(sources)


if __name__ == "__main__":
    main(check)
