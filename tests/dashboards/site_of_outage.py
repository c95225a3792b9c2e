"""A gmewatchd in an outage, with the real Prometheus and Alertmanager around it and a receiver of their messages.

Everything is on loopback at free ports; stop() ends what start() began.
"""

import http.server
import json
import re
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from files import DASHBOARDS

# Looks each second and ends a spike at once, so that an outage and its end fit into a test.
# The apps of the fleet are known from the start, so that the detector sees all of their past.
SETTINGS = """
apps:
- {name: demo, regions: [eu, us, asia, sa]}
- {name: demo-arena, regions: [eu, us, asia, sa]}
- {name: demo-racing, regions: [eu, us, asia, sa]}
detect: {tick: 1s, hold: 0s, false_alarms_per_week: 1000}
log: {checkpoint_interval: 5s}
"""
SCRAPE_SECONDS = 2
OUTAGE_AFTER = "80s"
OUTAGE_FOR = "70s"

_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def await_true(what: str, seconds: float, condition):
    """The first true value of `condition`; an AssertionError where there is none in time."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(0.3)


class Receiver(http.server.ThreadingHTTPServer):
    """Keeps what is posted to it, by path."""

    def __init__(self):
        self.messages: list[tuple[str, dict]] = []
        super().__init__(("127.0.0.1", 0), _Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def at(self, path: str) -> list[dict]:
        return [message for where, message in self.messages if where == path]


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.messages.append((self.path, json.loads(body)))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


class Site:
    def __init__(self, gmewatchd: str, fleet: str):
        self._programs = {"gmewatchd": gmewatchd, "fleet": fleet}
        self._folder = tempfile.TemporaryDirectory()
        self.folder = Path(self._folder.name)
        self._running: list[subprocess.Popen] = []
        self.receiver = Receiver()
        self.prometheus = f"127.0.0.1:{free_port()}"
        self.alertmanager = f"127.0.0.1:{free_port()}"

    def start(self):
        (self.folder / "settings.yaml").write_text(SETTINGS, "utf-8")
        state = self.folder / "state"
        state.mkdir()
        self._start("gmewatchd", self._programs["gmewatchd"], f"--config={self.folder}/settings.yaml", f"--state_dir={state}",
                    "--ingest_address=127.0.0.1:0", "--admin_address=127.0.0.1:0")
        ready = await_true("gmewatchd to be ready", 30, lambda: re.search(r"ready ingest=(\S+) admin=(\S+)", self.output("gmewatchd")))
        self._start_alertmanager()
        self._start_prometheus(ready.group(2))
        await_true("Prometheus to scrape", 60, lambda: self._answers("gmewatch_ready == 1"))
        self._start("fleet", self._programs["fleet"], f"--address={ready.group(1)}", "--clients=600", "--flush_interval=1s", "--seed=1",
                    "--day=24h", "--outage_region=eu", f"--outage_after={OUTAGE_AFTER}", f"--outage_for={OUTAGE_FOR}")

    def stop(self):
        for process in reversed(self._running):
            process.terminate()
        for process in reversed(self._running):
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.receiver.shutdown()
        self.receiver.server_close()
        self._folder.cleanup()

    def output(self, name: str) -> str:
        return (self.folder / f"{name}.out").read_text("utf-8")

    def _start(self, name: str, *command: str):
        with open(self.folder / f"{name}.out", "wb") as out:
            self._running.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, cwd=self.folder))

    def _start_alertmanager(self):
        """With the shipped configuration; only where messages go is another place, and nobody waits as long."""
        config = (DASHBOARDS / "alertmanager/alertmanager.yml").read_text("utf-8")
        here = f"http://127.0.0.1:{self.receiver.server_port}"
        for shipped, ours in (("http://127.0.0.1:8080", here), ("  - gmewatch.tmpl", f"  - {DASHBOARDS}/alertmanager/gmewatch.tmpl"),
                              ("group_wait: 45s", "group_wait: 15s")):
            if shipped not in config:
                raise AssertionError(f"alertmanager.yml has no {shipped}")
            config = config.replace(shipped, ours)
        (self.folder / "alertmanager.yml").write_text(config, "utf-8")
        self._start("alertmanager", "prometheus-alertmanager", f"--config.file={self.folder}/alertmanager.yml",
                    f"--storage.path={self.folder}/alertmanager", f"--web.listen-address={self.alertmanager}", "--cluster.listen-address=")

    def _start_prometheus(self, target: str):
        config = {
            "global": {"scrape_interval": f"{SCRAPE_SECONDS}s", "scrape_timeout": "1s", "evaluation_interval": "2s"},
            "rule_files": [f"{DASHBOARDS}/prometheus/*.yaml"],
            "alerting": {"alertmanagers": [{"static_configs": [{"targets": [self.alertmanager]}]}]},
            "scrape_configs": [{"job_name": "gmewatch", "static_configs": [{"targets": [target], "labels": {"instance": "gmewatchd"}}]}],
        }
        (self.folder / "prometheus.yml").write_text(json.dumps(config), "utf-8")
        self._start("prometheus", "prometheus", f"--config.file={self.folder}/prometheus.yml", f"--storage.tsdb.path={self.folder}/tsdb",
                    f"--web.listen-address={self.prometheus}", "--log.level=warn")

    def _answers(self, expression: str) -> bool:
        try:
            return bool(self.query(expression))
        except OSError:
            return False

    def api(self, path: str, **parameters) -> dict:
        data = urllib.parse.urlencode(parameters).encode() if parameters else None
        try:
            with _OPENER.open(f"http://{self.prometheus}/api/v1/{path}", data=data, timeout=20) as answer:
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
