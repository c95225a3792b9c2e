"""The shipped files of dashboards/, and what they refer to."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DASHBOARDS = ROOT / "dashboards"
SOURCE = DASHBOARDS / "src"

_METRIC_ROW = re.compile(r'X\(k\w+, k(\w+), "(\w+)"')
_RECORD = re.compile(r"^ *- record: (\S+)$", re.MULTILINE)
_STRING = re.compile(r'"(?:\\.|[^"\\])*"')
_METRIC = re.compile(r"\b(?:gme|gmewatch|process)_\w+|\b\w+:\w+:\w+")
# None of our labels begins like a metric; these are Prometheus' own.
FROM_PROMETHEUS = {"up"}


def dashboards() -> list[dict]:
    return [json.loads(path.read_text("utf-8")) for path in sorted((DASHBOARDS / "grafana").glob("*.json"))]


def known_metrics() -> set[str]:
    """The metrics of daemon/expose/metric_names.h and of the shipped recording rules."""
    header = (ROOT / "daemon/expose/metric_names.h").read_text("utf-8")
    known = set(FROM_PROMETHEUS)
    for kind, name in _METRIC_ROW.findall(header):
        known.update([f"{name}_bucket", f"{name}_sum", f"{name}_count"] if kind == "Histogram" else [name])
    return known | set(_RECORD.findall((DASHBOARDS / "prometheus/recording.yaml").read_text("utf-8")))


def metrics_of_cluster() -> set[str]:
    """Those that only fronts and counters have."""
    header = (ROOT / "daemon/expose/metric_names.h").read_text("utf-8")
    rows = header[header.index("#define GMEWATCH_COUNTER_METRICS") : header.index("// clang-format on")]
    return {name for kind, name in _METRIC_ROW.findall(rows)}


def metrics_of(expression: str) -> set[str]:
    return set(_METRIC.findall(_STRING.sub('""', expression)))


def expressions(dashboard: dict) -> list[tuple[str, str, bool]]:
    """Yields (where, expression, whether it is a range query) of panels, variables and annotations."""
    found = []
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            found.append((f"{panel['title']}/{target['refId']}", target["expr"], not target.get("instant")))
    for annotation in dashboard["annotations"]["list"]:
        if "expr" in annotation:
            found.append((f"annotation {annotation['name']}", annotation["expr"], True))
    for variable in dashboard["templating"]["list"]:
        query = variable["query"]
        if isinstance(query, str) and query.startswith("query_result("):
            found.append((f"variable {variable['name']}", query[len("query_result(") : -1], False))
        elif isinstance(query, str) and query.startswith("label_values("):
            found.append((f"variable {variable['name']}", query[len("label_values(") : -1].rsplit(",", 1)[0], False))
    return found
