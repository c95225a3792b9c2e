"""Finds faults of a dashboard without a running Grafana."""

import re
from typing import Iterator

from files import expressions, known_metrics, metrics_of

_UNITS = {"suffix:/min", "suffix:/s", "locale", "percentunit", "s", "bytes", "dtdurations", "time:HH:mm"}
_VARIABLE = re.compile(r"\$\{?([A-Za-z]\w*)")
_TARGET = re.compile(r"/d/([\w-]+)")
_LINKED_VARIABLE = re.compile(r"[?&]var-(\w+)=|\$\{(\w+):queryparam\}")
_COLUMNS = 24


def _texts(value) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


def _overlap(a: dict, b: dict) -> bool:
    return a["x"] < b["x"] + b["w"] and b["x"] < a["x"] + a["w"] and a["y"] < b["y"] + b["h"] and b["y"] < a["y"] + a["h"]


def _layout(panels: list[dict]) -> Iterator[str]:
    ids = [panel["id"] for panel in panels]
    if len(ids) != len(set(ids)):
        yield "two panels have the same id"
    for i, panel in enumerate(panels):
        place = panel["gridPos"]
        if place["x"] + place["w"] > _COLUMNS:
            yield f"{panel['title']}: sticks out on the right"
        for other in panels[:i]:
            if _overlap(place, other["gridPos"]):
                yield f"{panel['title']} lies over {other['title']}"


def _panel(panel: dict) -> Iterator[str]:
    if not panel.get("title") or not panel.get("description"):
        yield f"panel {panel['id']}: wants a title and a description"
    if panel["type"] in ("timeseries", "stat") and panel["fieldConfig"]["defaults"].get("unit") not in _UNITS:
        yield f"{panel['title']}: unit {panel['fieldConfig']['defaults'].get('unit')}"
    refs = [target["refId"] for target in panel.get("targets", [])]
    if len(refs) != len(set(refs)) or (panel["type"] != "text" and not refs):
        yield f"{panel['title']}: wants queries with names of their own"


def _sources(dashboard: dict) -> Iterator[str]:
    def walk(value):
        if isinstance(value, dict):
            source = value.get("datasource")
            if isinstance(source, dict) and source.get("uid") not in ("${datasource}", "-- Grafana --"):
                yield f"a fixed data source: {source}"
            value = list(value.values())
        if isinstance(value, list):
            for inner in value:
                yield from walk(inner)

    yield from walk(dashboard)


def _links(dashboard: dict, all_dashboards: list[dict]) -> Iterator[str]:
    variables = {one["uid"]: {v["name"] for v in one["templating"]["list"]} for one in all_dashboards}
    for text in _texts(dashboard):
        for target in _TARGET.findall(text):
            if target not in variables:
                yield f"links to {target}, which does not exist"
            for set_by_name, passed in _LINKED_VARIABLE.findall(text):
                if (set_by_name or passed) not in variables.get(target, set()):
                    yield f"links to {target} with {set_by_name or passed}, which it does not have"


def faults(dashboard: dict, all_dashboards: list[dict]) -> Iterator[str]:
    yield from _layout(dashboard["panels"])
    for panel in dashboard["panels"]:
        yield from _panel(panel)
    yield from _sources(dashboard)
    yield from _links(dashboard, all_dashboards)
    defined = {variable["name"] for variable in dashboard["templating"]["list"]}
    queries = [expression for _, expression, _ in expressions(dashboard)]
    shown = [panel.get("options", {}).get("content", "") + panel["title"] for panel in dashboard["panels"]]
    for text in queries + shown:
        for name in _VARIABLE.findall(text):
            if name not in defined and not name.startswith("__"):
                yield f"the variable {name} is not defined"
    known = known_metrics()
    for where, expression, _ in expressions(dashboard):
        for metric in metrics_of(expression) - known:
            yield f"{where}: there is no metric {metric}"
