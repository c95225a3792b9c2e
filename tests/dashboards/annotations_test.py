"""A month of spikes in a real Prometheus, and what Grafana draws of it at the steps that it chooses for 3 h, 24 h, 7 d and 30 d.

Grafana from 11.5 on joins samples with its own code (events.mjs). Before, it did it as `drawn_by_grafana_9` does: it asks for 100
samples and joins those that are at most the annotation's `step` apart, whatever the step of the query was.
"""

import itertools
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
# How long before the month's end, which is a midnight, somebody looks. Grafana asks for whole steps only, so the last sample is
# up to a step old: by 6 h on 30 d.
LOOKED_BEFORE_END = [0, 17 * 60, 19 * HOUR + 1000]
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

    def within(self, begin: int, end: int) -> list[tuple[int, int]]:
        return [(at, min(at + length, end)) for at, length in self.spikes if at + length > begin and at < end]


def setUpModule():
    global month, address
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    here = Path(folder.name)
    month = Month(int(time.time()) // DAY * DAY)
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


def asked(annotation: dict, length: int, step: int, now: int) -> list[dict]:
    expression = annotation["expr"]
    for variable in ("app", "region", "category"):
        expression = expression.replace(f"${variable}", ".*")
    expression = expression.replace("$code", "1001|1005").replace("$__range_s", str(length)).replace("$__interval", f"{step}s")
    return query_range(expression, now - length, now, step)


# What is drawn: the regions or lines, and the times of the first and the last sample that could be asked for.
class Drawn:
    def __init__(self, events: list[tuple[int, int]], length: int, now: int, step: int):
        self.events, self.oldest, self.newest = events, (now - length) // step * step, now // step * step

    def holds(self, spike: tuple[int, int]) -> bool:
        # A code each, of two codes; what nobody could ask for yet need not be there.
        end = min(spike[1] - SCRAPE_SECONDS, self.newest)
        return sum(begin <= spike[0] and end <= until for begin, until in self.events) >= 2

    # An event of one sample. At an end of the range the rest of it may lie outside.
    def lines(self) -> list[tuple[int, int]]:
        return [event for event in self.events if event[0] == event[1] and self.oldest < event[0] < self.newest]


def drawn_by_grafana_9(annotations: list[dict], length: int, now: int) -> Drawn:
    events = []
    for annotation in annotations:
        joined = seconds_of(annotation["step"])
        step = max(joined, rounded(length / 100))
        for series in asked(annotation, length, step, now):
            last = None
            for at, value in series["values"]:
                if float(value) <= 0:
                    continue
                if last is not None and last[1] + joined >= at:
                    last[1] = at
                else:
                    last = [at, at]
                    events.append(last)
    # The annotation of another band of ranges draws nothing, whatever its step.
    return Drawn([tuple(event) for event in events], length, now, rounded(length / 100))


def drawn_by_grafana_13(annotations: list[dict], length: int, now: int) -> Drawn:
    events = []
    for annotation in annotations:
        step = max(seconds_of(annotation["target"]["interval"]), rounded(length / WINDOW_PIXELS))
        with tempfile.TemporaryDirectory() as folder:
            given = json.dumps({"annotation": annotation, "step": f"{step}s", "series": asked(annotation, length, step, now)})
            made = subprocess.run(["node", "events.mjs", f"{folder}/grafana.cjs"], cwd=HERE, input=given, capture_output=True, text=True, timeout=90, check=False)
        assert made.returncode == 0, made.stderr
        events += [(event["time"] / 1000, event["timeEnd"] / 1000) for event in json.loads(made.stdout)["events"]]
    return Drawn(events, length, now, step)


VERSIONS = {"9.4": drawn_by_grafana_9, "13": drawn_by_grafana_13}


class WideRangeTest(unittest.TestCase):
    def test_no_spike_is_missing_and_each_is_a_region(self):
        spikes_of = annotations_of("gme-code", "Spikes")
        for version, before in itertools.product(VERSIONS, LOOKED_BEFORE_END):
            now = month.end - before
            for name, length in RANGES.items():
                with self.subTest(version=version, range=name, looked_before_end=before):
                    drawn = VERSIONS[version](spikes_of, length, now)
                    spikes = month.within(now - length, now)
                    if before == 0:
                        self.assertGreaterEqual(len(spikes), {"3 h": 1, "24 h": 3, "7 d": 20, "30 d": 100}[name])
                    missing = [spike for spike in spikes if not drawn.holds(spike)]
                    print(f"Grafana {version}, {name}, {before} s before the end: {len(spikes)} spikes, {len(drawn.events) // 2} regions, "
                          f"{len(missing)} not within a region, {len(drawn.lines())} lines")
                    self.assertEqual(missing, [])
                    self.assertEqual(drawn.lines(), [])

    def test_the_overview_has_one_region_an_incident(self):
        for drawn_by in VERSIONS.values():
            drawn = drawn_by(annotations_of("gme-overview", "Incidents"), DAY, month.end)
            self.assertEqual(len(drawn.events), len(month.within(month.end - DAY, month.end)), drawn.events)


if __name__ == "__main__":
    unittest.main(verbosity=2)
