"""Who may include whom: the table of the project's layers (ARCHITECTURE.md, module map).

Dependencies point one way, and each third-party library stays in the folder that wraps it.
"""

import re
from typing import Iterable, Iterator

from sources import Fault, Source, main, under

_BASE = ["daemon/base"]
_MODEL = [*_BASE, "daemon/model", "gmewatch/internal"]
_FIRST = [*_MODEL, "daemon/catalog", "daemon/config", "daemon/log", "daemon/aggregate"]
_CLIENT = ["gmewatch/reporter.h"]

# Folder -> what of ours it may include besides itself. The longest folder that fits a file decides.
LAYERS = {
    "daemon": [*_FIRST, "daemon/detect", "daemon/ingest", "daemon/expose", "daemon/annotate", "daemon/triage"],
    "daemon/base": ["gmewatch/internal"],
    "daemon/model": _MODEL,
    "daemon/catalog": _MODEL,
    "daemon/config": _MODEL,
    "daemon/log": _MODEL,
    "daemon/aggregate": _MODEL,
    "daemon/detect": _FIRST,
    "daemon/triage": [*_MODEL, "daemon/catalog", "daemon/aggregate", "gmewatch/v1/triage.pb.h"],
    "daemon/ingest": [*_FIRST, "gmewatch/v1"],
    "daemon/expose": _FIRST,
    "daemon/annotate": [*_MODEL, "daemon/catalog"],
    "daemon/gmectl": [*_BASE, "daemon/model", "daemon/catalog", "daemon/detect", "daemon/triage/code_groups.h", "daemon/triage/numbers_text.h", *_CLIENT, "client/src", "gmewatch/v1", "gmewatch/internal"],
    "client/include": _CLIENT,
    "client/src": [*_CLIENT, "gmewatch/v1", "gmewatch/internal/rpc_error.pb.h"],
    "client/examples": _CLIENT,
    "tests": ["daemon", "client", "gmewatch"],
}

# Headers (a pattern at the start of the path) -> the folders and files that may include them.
FENCES = [
    (r"grpcpp/|grpc/|grpc\+\+/", ["daemon/ingest", "client/src", "daemon/gmectl", "tests"]),
    (r"prometheus/|CivetServer\.h|civetweb", ["daemon/expose", "tests/daemon/expose", "tests/bench", "tests/support/grafana_stub.cc"]),
    (r"sqlite3", ["daemon/log", "tests/daemon/log"]),
    (r"yaml-cpp/", ["daemon/base/yaml_message.cc", "daemon/base/yaml_tree.cc"]),
    (r"curl/", ["daemon/annotate/http_session.cc", "daemon/gmectl/admin_client.cc"]),
    (r"openssl/", ["daemon/ingest", "tests"]),
    (r"gtest/|gmock/|benchmark/", ["tests"]),
]

# Includes that are ours begin with one of these.
_OURS = re.compile(r"(daemon|client|tests|gmewatch)/")


def _layer_of(path: str) -> str | None:
    fitting = [folder for folder in LAYERS if under(path, folder)]
    return max(fitting, key=len, default=None)


def _check_ours(source: Source, layer: str, line: int, include: str) -> Iterator[Fault]:
    # Of daemon/ the files in it are meant (main, daemon and what they are made of), not its folders.
    own = include.rsplit("/", 1)[0] == layer if layer == "daemon" else under(include, layer)
    if not own and not under(include, *LAYERS[layer]):
        yield Fault(source.path, line, "layer", f"{layer} must not know {include}")


def _check_include(source: Source, layer: str, line: int, include: str) -> Iterator[Fault]:
    if ".." in include.split("/"):
        yield Fault(source.path, line, "relative", "includes are relative to the root, without ../")
    if _OURS.match(include):
        yield from _check_ours(source, layer, line, include)
    for pattern, folders in FENCES:
        if re.match(pattern, include) and not under(source.path, *folders):
            where = ", ".join(folders)
            yield Fault(source.path, line, "fence", f"{include} may be included in {where} only")


def check_source(source: Source) -> Iterator[Fault]:
    if not source.is_code:
        return
    layer = _layer_of(source.path)
    # A new folder of daemon/ must be given its place before it is used.
    if layer is None or (layer == "daemon" and source.path.count("/") > 1):
        yield Fault(source.path, 1, "unplaced", "this folder is not in the table of layers")
        return
    for line, include in source.includes:
        yield from _check_include(source, layer, line, include)


def check(sources: Iterable[Source]) -> Iterator[Fault]:
    for source in sources:
        yield from check_source(source)


if __name__ == "__main__":
    main(check)
