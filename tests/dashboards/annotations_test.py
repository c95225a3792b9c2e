"""A month of spikes in a real Prometheus, and what Grafana draws of it at the steps that it chooses for 3 h, 24 h, 7 d and 30 d.

Grafana from 11.5 on joins samples with its own code (events.mjs). Before, it did it as `events_of_grafana_9` does: it asks for 100
samples and joins those that are at most the annotation's `step` apart, whatever the step of the query was.
"""

import json
import random
import subprocess
import tempfile
import time
import unittest
import urllib.parse
from pathlib import Path

from around import OPENER, Programs, await_true, free_port
from files import dashboards

HERE = Path(__file__).resolve().parent
HOUR = 3600
DAY = 24 * HOUR
RANGES = {"3 h": 3 * HOUR, "24 h": DAY, "7 d": 7 * DAY, "30 d": 30 * DAY}
SCRAPE_SECONDS = 30
WINDOW_PIXELS = 1920
# The limits of Grafana's rounding of intervals, in seconds: up to the first number, the second one.
ROUND = [(15, 10), (25, 20), (45, 30), (90, 60), (210, 120), (450, 300), (750, 600), (1050, 900), (1500, 1200), (2700, 1800), (5400, 3600),
         (9000, 7200), (16200, 10800), (32400, 21600), (86400, 43200), (604800, 86400)]
UNITS = {"s": 1, "m": 60, "h": HOUR}


def rounded(seconds: float) -> int:
    return next((step for limit, step in ROUND if seconds < limit), 7 * DAY)


def seconds_of(text: str) -> int:
    return int(text[:-1]) * UNITS[text[-1]]


def sample(name: str, labels: dict, value: int, at: int) -> str:
    return f"{name}{{{','.join(f'{key}={json.dumps(text)}' for key, text in labels.items())}}} {value} {at}\n"


class Month:
    """115 spikes of 30 days, most of them short; an incident is seven spikes of seven codes at a time."""

    def __init__(self, end: int):
        numbers = random.Random(17)
        self.begin, self.end = end - 30 * DAY, end
        # One is in the last three hours and three on the last day.
        starts = [end - 2 * HOUR, end - 9 * HOUR, end - 15 * HOUR]
        starts += [self.begin + HOUR + i * (29 * DAY) // 112 + numbers.randrange(HOUR) for i in range(112)]
        self.spikes = sorted((at // SCRAPE_SECONDS * SCRAPE_SECONDS, numbers.choice([120, 300, 600, 1500, 3 * HOUR])) for at in starts)
        self.codes = [str(1001 + i) for i in range(7)]

    def write(self, file):
        """As gmewatchd exposes it: 1 while it is active, 0 for an hour after."""
        for family, codes, after in (("gme_spike_active", self.codes, HOUR), ("gme_incident_active", self.codes[:1], 0)):
            file.write(f"# TYPE {family} gauge\n")
            for code in codes:
                labels = {"instance": "a", "code": code, "category": "client", "region": "eu", "app": "all"}
                active = {at for begin, length in self.spikes for at in range(begin, begin + length, SCRAPE_SECONDS)}
                seen = {at for begin, length in self.spikes for at in range(begin, begin + length + after, SCRAPE_SECONDS)}
                for at in sorted(seen):
                    if at < self.end:
                        file.write(sample(family, labels, 1 if at in active else 0, at))
        file.write("# TYPE gme_error_code_solution_info gauge\n")
        for code in self.codes:
            labels = {"instance": "a", "code": code, "name": f"NAME_{code}", "category": "client", "solution": "Fix it.", "runbook_url": f"http://g/codes/{code}"}
            # Grafana's first sample is up to a step before the range.
            for at in range(self.begin - DAY, self.end, 240):
                file.write(sample("gme_error_code_solution_info", labels, 1, at))
        file.write("# EOF\n")

    def within(self, begin: int) -> list[tuple[int, int]]:
        return [(at, at + length) for at, length in self.spikes if at + length > begin]


def setUpModule():
    global month, address
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    here = Path(folder.name)
    month = Month(int(time.time()) // HOUR * HOUR)
    with open(here / "history.txt", "w", encoding="utf-8") as file:
        month.write(file)
    made = subprocess.run(["promtool", "tsdb", "create-blocks-from", "openmetrics", "history.txt", "tsdb", "--max-block-duration=744h"],
                          cwd=here, capture_output=True, text=True, timeout=200, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
    (here / "prometheus.yml").write_text("global: {}\n", "utf-8")
    address = f"127.0.0.1:{free_port()}"
    programs = Programs(here)
    unittest.addModuleCleanup(programs.stop)
    programs.start("prometheus", "prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=tsdb", f"--web.listen-address={address}",
                   "--storage.tsdb.retention.time=10y")
    await_true("Prometheus", 60, is_ready)


def is_ready() -> bool:
    try:
        return OPENER.open(f"http://{address}/-/ready", timeout=5).status == 200
    except OSError:
        return False


def query_range(expression: str, begin: int, end: int, step: int) -> list[dict]:
    # Aligned to whole steps, as Grafana does.
    form = {"query": expression, "start": begin // step * step, "end": end // step * step, "step": step}
    body = "&".join(f"{key}={urllib.parse.quote(str(value))}" for key, value in form.items()).encode()
    with OPENER.open(f"http://{address}/api/v1/query_range", body, timeout=120) as answer:
        return json.load(answer)["data"]["result"]


def annotations_of(uid: str, name: str) -> list[dict]:
    board = next(one for one in dashboards() if one["uid"] == uid)
    return [one for one in board["annotations"]["list"] if one["name"].split(",")[0] == name]


def asked(annotation: dict, length: int, step: int) -> list[dict]:
    expression = annotation["expr"]
    for variable in ("app", "region", "category"):
        expression = expression.replace(f"${variable}", ".*")
    expression = expression.replace("$code", "1001|1005").replace("$__range_s", str(length)).replace("$__interval", f"{step}s")
    return query_range(expression, month.end - length, month.end, step)


def events_of_grafana_9(annotation: dict, length: int) -> list[tuple[int, int]]:
    joined = seconds_of(annotation["step"])
    events = []
    for series in asked(annotation, length, max(joined, rounded(length / 100))):
        last = None
        for at, value in series["values"]:
            if float(value) <= 0:
                continue
            if last is not None and last[1] + joined >= at:
                last[1] = at
            else:
                last = [at, at]
                events.append(last)
    return [tuple(event) for event in events]


def events_of_grafana_13(annotation: dict, length: int) -> list[tuple[int, int]]:
    step = max(seconds_of(annotation["target"]["interval"]), rounded(length / WINDOW_PIXELS))
    with tempfile.TemporaryDirectory() as folder:
        given = json.dumps({"annotation": annotation, "step": f"{step}s", "series": asked(annotation, length, step)})
        made = subprocess.run(["node", "events.mjs", f"{folder}/grafana.cjs"], cwd=HERE, input=given, capture_output=True, text=True, timeout=90, check=False)
    assert made.returncode == 0, made.stderr
    return [(event["time"] / 1000, event["timeEnd"] / 1000) for event in json.loads(made.stdout)["events"]]


class WideRangeTest(unittest.TestCase):
    def test_no_spike_is_missing_and_each_is_a_region(self):
        for version, events_of in (("9.4", events_of_grafana_9), ("13", events_of_grafana_13)):
            for name, length in RANGES.items():
                with self.subTest(version=version, range=name):
                    events = [event for one in annotations_of("gme-code", "Spikes") for event in events_of(one, length)]
                    spikes = month.within(month.end - length)
                    self.assertGreaterEqual(len(spikes), {"3 h": 1, "24 h": 3, "7 d": 20, "30 d": 100}[name])
                    # A code each, of two codes.
                    missing = [spike for spike in spikes if sum(begin < end and begin <= spike[0] and end >= min(spike[1], month.end) - SCRAPE_SECONDS
                                                                for begin, end in events) < 2]
                    lines = [event for event in events if event[0] == event[1]]
                    print(f"Grafana {version}, {name}: {len(spikes)} spikes, {len(events) // 2} regions, {len(missing)} not within a region, {len(lines)} lines")
                    self.assertEqual(missing, [])
                    self.assertEqual(lines, [])

    def test_the_overview_has_one_region_an_incident(self):
        for events_of in (events_of_grafana_9, events_of_grafana_13):
            events = [event for one in annotations_of("gme-overview", "Incidents") for event in events_of(one, DAY)]
            self.assertEqual(len(events), len(month.within(month.end - DAY)), events)


if __name__ == "__main__":
    unittest.main(verbosity=2)
