"""Plain technical English: the project's old dialect must not come back (CONTRIBUTING.md, glossary).

Looks at everything a person reads: code, comments, log lines, settings, documents. The documented GME texts are
quotations and left alone. A line that needs such a word all the same says why: `allow(words): why`.
"""

import re
from dataclasses import dataclass
from typing import Iterable, Iterator

from sources import Fault, Source, main, under

# What is not ours to word, and the files that must name the words to forbid or replace them.
# code.json has the documented texts of all codes; its other texts come from dashboards/src.
QUOTED = ("LICENSE", "dashboards/grafana/code.json", "tests/style/check_words.py", "tests/style/words_test.py")
QUOTED_SUFFIXES = ("package-lock.json", "_pb2.py", ".csv")

# The glossary names the words it replaces in table rows.
GLOSSARY = "CONTRIBUTING.md"

# The documented texts in the catalogue, with the lines that continue them: quotations, to the letter. Our own texts there have
# other keys or follow a dash.
CATALOG = "daemon/catalog/gme.yaml"
_DOCUMENTED = re.compile(r"^    (name|description|cause|solution):")
_CONTINUED = re.compile(r"^      ")

# Names on the wire, and what operating systems and libraries call it.
_WIRE = re.compile(
    r"RefusedBatch|\b(?:set_)?refused_events(?=\(| = 2;)"
    r"|\b(?:add_|mutable_|clear_)?refused(?:_size)?\(|\brefused\b(?=\s*[=;{[]|\(\))|\.refused\b|`refused`"
    r"|\bREFUSED\b|ECONNREFUSED|[Cc]onnection refused|net::ERR_CONNECTION_REFUSED"
)


@dataclass(frozen=True)
class Word:
    pattern: str
    instead: str


WORDS = [
    Word(r"\b([Uu]n)?[Tt]old\b|[a-z](Told|Untold)\b", "reported, announced, says"),
    Word(r"(?i:\breckon)", "count, compute"),
    Word(r"\banew\b", "again, new, from the start"),
    Word(r"\belsewhen\b", "at another time"),
    Word(r"\bturn(s|ed|ing)? (\w+ )?away\b|TurnAway|TurnsAway|TurnedAway", "reject"),
    Word(r"(?i:refus)", "reject"),
    Word(r"\b(is|are|was) none\b", "does not exist, is not one"),
    Word(r"\b[Mm]end(s|ed|ing)?\b", "fix, correct"),
    Word(r"\bat (its|their) end\b(?=.*\blog\b)|\blog (is|was) at its end\b", "has failed permanently"),
    Word(r"\b[Ww]hat (became|is said|was said) of\b", "the result of, the state of"),
    Word(r"(?://|#|\*|\.|\|)\s+Of (?!\w+ing\b)[a-z]", "a sentence begins with its subject"),
    Word(r"\b[Ww]here (there (is|are)|none|nothing|nobody|somebody)\b", "if there is, if none"),
    Word(r"\b([Aa]|[Tt]he|[Ff]irst|[Ee]ach|[Ee]very|[Ll]ast|[Nn]ext) look\b", "tick, snapshot, read"),
    Word(r"\b(at (most|least)|for|beyond|than) so (many|much|long|often)\b", "this many, at most N"),
    Word(r"\b(is|be|as|no) news\b", "an alarm"),
    Word(r"(?i:\bcomplain)|Complaint", "error"),
    Word(r"\bHurry\b|\bhurr(y|ies)\b", "expedite, flush early"),
    Word(r"\b[Pp]erhaps\b", "optional, may"),
]

# "settle" means acknowledged or rejected, so it belongs to the way of a batch.
SETTLE = re.compile(r"(?i:settl)")
SETTLE_FOLDERS = (
    "client", "daemon/connect", "daemon/ingest", "daemon/log", "daemon/model", "daemon/aggregate", "proto", "tests/client",
    "tests/daemon/connect", "tests/daemon/ingest", "tests/daemon/log", "tests/integration", "tests/bench", "tests/support", "tests/README.md",
    "ARCHITECTURE.md", "CONTRIBUTING.md", "tests/fuzz",
)

_ALLOW = re.compile(r"allow\(words\):\s*\S+\s+\S+")


def _skipped_lines(source: Source) -> Iterator[int]:
    documented = False
    for number, line in enumerate(source.lines, start=1):
        documented = bool(_DOCUMENTED.match(line)) or (documented and bool(_CONTINUED.match(line)))
        if _ALLOW.search(line):
            yield number
        elif source.path == GLOSSARY and line.startswith("|"):
            yield number
        elif source.path == CATALOG and documented:
            yield number


def check_source(source: Source) -> Iterator[Fault]:
    if source.path in QUOTED or source.path.endswith(QUOTED_SUFFIXES):
        return
    skipped = set(_skipped_lines(source))
    for number, line in enumerate(source.lines, start=1):
        if number in skipped:
            continue
        line = _WIRE.sub("", line)
        for word in WORDS:
            match = re.search(word.pattern, line)
            if match:
                yield Fault(source.path, number, "words", f'"{match.group().strip()}": {word.instead}')
        match = SETTLE.search(line)
        if match and not under(source.path, *SETTLE_FOLDERS):
            yield Fault(source.path, number, "words", f'"{match.group()}": acknowledged or rejected only')


def check(sources: Iterable[Source]) -> Iterator[Fault]:
    for source in sources:
        yield from check_source(source)


if __name__ == "__main__":
    main(check)
