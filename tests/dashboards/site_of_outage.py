"""A gmewatchd in an outage, or several with one each, with the real Prometheus and Alertmanager around it and a receiver of their messages.

Everything is on loopback at free ports; stop() ends what start() began.
"""

import json
import re
import tempfile
import urllib.error
import urllib.parse
from pathlib import Path

from around import OPENER, Alertmanager, Programs, Receiver, await_true, free_port
from files import DASHBOARDS

# Ticks of a second and an immediate end of spikes, so that an outage and its end fit into a test.
# The apps of the fleet are configured, so that the detector watches them from the start.
SETTINGS = """
apps:
- {name: demo, regions: [eu, us, asia, sa]}
- {name: demo-arena, regions: [eu, us, asia, sa]}
- {name: demo-racing, regions: [eu, us, asia, sa]}
detect: {tick: 1s, resolve_after: 0s, false_alarms_per_week: 1000}
log: {checkpoint_interval: 5s}
"""
SCRAPE_SECONDS = 2
GROUP_WAIT_SECONDS = 15
OUTAGE_AFTER = "80s"
OUTAGE_FOR = "70s"


class Site:
    def __init__(self, gmewatchd: str, fleet: str, outages: dict[str, str] | None = None):
        """`outages`: the region of the outage of each gmewatchd, by its instance."""
        self._outages = outages or {"gmewatchd": "eu"}
        self._executables = {"gmewatchd": gmewatchd, "fleet": fleet}
        self._folder = tempfile.TemporaryDirectory()
        self.folder = Path(self._folder.name)
        self._programs = Programs(self.folder)
        self.receiver = Receiver()
        self.prometheus = f"127.0.0.1:{free_port()}"

    def start(self):
        (self.folder / "settings.yaml").write_text(SETTINGS, "utf-8")
        ready = {instance: self._start_gmewatchd(instance) for instance in self._outages}
        alertmanager = Alertmanager(self._programs, self.receiver, GROUP_WAIT_SECONDS)
        self._start_prometheus({instance: admin for instance, (_, admin) in ready.items()}, alertmanager.address)
        await_true("Prometheus to scrape", 60, lambda: self._answers(f"sum(gmewatch_ready) == {len(ready)}"))
        for instance, region in self._outages.items():
            self._programs.start(f"fleet-{instance}", self._executables["fleet"], f"--address={ready[instance][0]}", f"--clients={600 // len(ready)}",
                                 "--flush_interval=1s", "--seed=1", "--day=24h", f"--outage_region={region}", f"--outage_after={OUTAGE_AFTER}",
                                 f"--outage_for={OUTAGE_FOR}")

    def _start_gmewatchd(self, instance: str) -> tuple[str, str]:
        """Returns its addresses: ingest and admin."""
        state = self.folder / f"state-{instance}"
        state.mkdir()
        self._programs.start(instance, self._executables["gmewatchd"], f"--config={self.folder}/settings.yaml", f"--state_dir={state}",
                             "--ingest_address=127.0.0.1:0", "--admin_address=127.0.0.1:0", "--connect_address=127.0.0.1:0")
        ready = await_true(f"{instance} to be ready", 30, lambda: re.search(r"ready ingest=(\S+) admin=(\S+)", self._programs.output(instance)))
        return ready.group(1), ready.group(2)

    def stop(self):
        self._programs.stop()
        self.receiver.stop()
        self._folder.cleanup()

    def _start_prometheus(self, targets: dict[str, str], alertmanager: str):
        config = {
            "global": {"scrape_interval": f"{SCRAPE_SECONDS}s", "scrape_timeout": "1s", "evaluation_interval": "2s"},
            "rule_files": [f"{DASHBOARDS}/prometheus/*.yaml"],
            "alerting": {"alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]},
            "scrape_configs": [{"job_name": "gmewatch", "static_configs": [
                {"targets": [target], "labels": {"instance": instance}} for instance, target in targets.items()]}],
        }
        (self.folder / "prometheus.yml").write_text(json.dumps(config), "utf-8")
        self._programs.start("prometheus", "prometheus", f"--config.file={self.folder}/prometheus.yml", f"--storage.tsdb.path={self.folder}/tsdb",
                             f"--web.listen-address={self.prometheus}", "--log.level=warn")

    def _answers(self, expression: str) -> bool:
        try:
            return bool(self.query(expression))
        except (OSError, ValueError):  # while it starts it answers, but not with JSON
            return False

    def api(self, path: str, **parameters) -> dict:
        data = urllib.parse.urlencode(parameters).encode() if parameters else None
        try:
            with OPENER.open(f"http://{self.prometheus}/api/v1/{path}", data=data, timeout=20) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return json.load(error)

    def query(self, expression: str) -> list[dict]:
        answer = self.api("query", query=expression)
        if answer["status"] != "success":
            raise AssertionError(f"{expression}: {answer.get('error')}")
        return answer["data"]["result"]

    def query_range(self, expression: str, start: float, end: float, step: int) -> list[dict]:
        answer = self.api("query_range", query=expression, start=start, end=end, step=step)
        if answer["status"] != "success":
            raise AssertionError(f"{expression}: {answer.get('error')}")
        return answer["data"]["result"]
