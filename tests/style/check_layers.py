"""Who may include whom: the table of the project's layers (ARCHITECTURE.md, module map).

Dependencies point one way, and each third-party library stays in the folder that wraps it.
"""

import re
from typing import Iterable, Iterator

from sources import Fault, Source, main, under

# Folder -> what of ours it may include besides itself. The longest folder that fits a file decides. ARCHITECTURE.md shows
# the rows of daemon/ to people (module map, column "may know"); check() compares the two.
LAYERS = {
    "daemon": ["daemon/base", "daemon/model", "daemon/catalog", "daemon/config", "daemon/connect", "daemon/log", "daemon/log/kafka", "daemon/aggregate", "daemon/detect", "daemon/annotate", "daemon/triage", "daemon/ingest", "daemon/expose"],
    "daemon/base": ["gmewatch/internal"],
    "daemon/model": ["daemon/base/yaml_message.h", "gmewatch/internal"],
    "daemon/catalog": ["daemon/base", "daemon/model", "gmewatch/internal"],
    "daemon/config": ["daemon/base", "daemon/model", "gmewatch/internal"],
    "daemon/log": ["daemon/base", "daemon/model"],
    "daemon/log/kafka": ["daemon/base", "daemon/model", "daemon/log", "gmewatch/internal"],
    "daemon/aggregate": ["daemon/model"],
    "daemon/detect": ["daemon/model", "daemon/aggregate", "gmewatch/internal"],
    "daemon/detect/series": ["daemon/model"],
    "daemon/annotate": ["daemon/base", "daemon/model", "daemon/catalog", "gmewatch/internal"],
    "daemon/triage": ["daemon/base", "daemon/model", "daemon/catalog", "daemon/aggregate", "gmewatch/internal", "gmewatch/v1"],
    "daemon/ingest": ["daemon/base", "daemon/model", "daemon/config", "daemon/log", "daemon/aggregate", "gmewatch/internal", "gmewatch/v1"],
    "daemon/http": ["daemon/base"],
    "daemon/connect": ["daemon/base", "daemon/config", "daemon/http", "daemon/ingest", "gmewatch/internal", "gmewatch/v1"],
    "daemon/expose": ["daemon/base", "daemon/http", "daemon/model", "daemon/catalog", "daemon/log", "daemon/aggregate"],
    "daemon/gmectl": ["daemon/base", "daemon/model", "daemon/catalog", "daemon/config", "daemon/log", "daemon/log/kafka", "daemon/aggregate", "daemon/detect/series", "daemon/triage", "gmewatch/reporter.h", "gmewatch/v1"],
    "client/include": ["gmewatch/reporter.h"],
    "client/src": ["gmewatch/reporter.h"],
    "client/c": [],
    "client/gme": [],
    "client/unreal": [],
    "client/examples": ["gmewatch/reporter.h", "client/c"],
    "client/tokens": [],
    "tests": ["daemon", "client", "gmewatch"],
}

# Headers (a pattern at the start of the path) -> the folders and files that may include them.
FENCES = [
    (r"grpcpp/|grpc/|grpc\+\+/", ["daemon/ingest", "client/src", "tests"]),
    (r"prometheus/", ["daemon/expose", "tests/daemon/expose", "tests/bench"]),
    (r"boost/", ["daemon/expose", "daemon/http"]),
    (r"CivetServer\.h|civetweb", ["tests/support/grafana_stub.cc"]),
    (r"sqlite3", ["daemon/log", "tests/daemon/log"]),
    (r"librdkafka/", ["daemon/log/kafka", "tests/cluster"]),
    (r"daemon/log/kafka/", ["daemon/log/kafka", "daemon/gmectl/shared_log.cc", "daemon/front.h", "daemon/front.cc", "daemon/front_lanes.h", "daemon/front_lanes.cc", "daemon/counter.cc", "daemon/counter_log.h", "daemon/counter_log.cc", "daemon/log_follower.h", "daemon/log_follower.cc", "daemon/marker_reader.h", "daemon/marker_reader.cc", "daemon/marker_writer.h", "daemon/marker_writer.cc", "tests/bench/fill_log.cc", "tests/cluster", "tests/daemon/log/kafka"]),
    (r"yaml-cpp/", ["daemon/base/yaml_load.h", "daemon/base/yaml_load.cc"]),
    (r"curl/", ["daemon/base/http_session.cc"]),
    (r"openssl/", ["daemon/ingest", "daemon/model/app_token.cc", "client/tokens", "tests"]),
    (r"gtest/|gmock/|benchmark/", ["tests"]),
]

MODULE_MAP = "ARCHITECTURE.md"

# Includes that are ours begin with one of these.
_OURS = re.compile(r"(daemon|client|tests|gmewatch)/")


def _layer_of(path: str) -> str | None:
    fitting = [folder for folder in LAYERS if under(path, folder)]
    return max(fitting, key=len, default=None)


def _check_ours(source: Source, layer: str, line: int, include: str) -> Iterator[Fault]:
    # The layer daemon is the files directly in daemon/ (main, daemon and their parts), not its folders.
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


def _shown(layer: str) -> set[str]:
    """A row of LAYERS as ARCHITECTURE.md words it: "base, model, v1"."""
    return {name.removeprefix("daemon/").removeprefix("gmewatch/").removesuffix("/src") for name in LAYERS[layer]}


def check_module_map(source: Source) -> Iterator[Fault]:
    """Each row `| daemon/FOLDER | what it is | may know |` of the module map says what LAYERS says."""
    rows = {}
    for number, line in enumerate(source.lines, start=1):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("| daemon/") and len(cells) == 3 and cells[0] in LAYERS:
            rows[cells[0]] = number
            known = {name.strip() for name in cells[2].split(",") if name.strip()}
            if known != _shown(cells[0]):
                text = ", ".join(sorted(_shown(cells[0])))
                yield Fault(source.path, number, "module_map", f"{cells[0]} may know {text or 'nothing'}")
    for layer in LAYERS:
        if layer.startswith("daemon/") and layer not in rows:
            yield Fault(source.path, 1, "module_map", f"the module map has no row for {layer}")


def check(sources: Iterable[Source]) -> Iterator[Fault]:
    for source in sources:
        yield from check_source(source)
        if source.path == MODULE_MAP:
            yield from check_module_map(source)


if __name__ == "__main__":
    main(check)
