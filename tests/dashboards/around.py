"""The surroundings of gmewatchd in a test: programs in a folder, the real Alertmanager, and a receiver of its messages.

Everything is on loopback at free ports.
"""

import http.server
import json
import socket
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from files import DASHBOARDS

OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def await_true(what: str, seconds: float, condition):
    """Returns the first true value of `condition`; raises AssertionError if it does not come in time."""
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

    def stop(self):
        self.shutdown()
        self.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.messages.append((self.path, json.loads(body)))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


class Programs:
    """Those that run, each with what it says in a file of `folder`."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._running: list[subprocess.Popen] = []

    def start(self, name: str, *command: str):
        with open(self.folder / f"{name}.out", "wb") as out:
            self._running.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, cwd=self.folder))

    def output(self, name: str) -> str:
        return (self.folder / f"{name}.out").read_text("utf-8")

    def stop(self):
        for process in reversed(self._running):
            process.terminate()
        for process in reversed(self._running):
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


class Alertmanager:
    """With the shipped configuration; only where messages go is another place, and nobody waits as long for the first."""

    def __init__(self, programs: Programs, receiver: Receiver, group_wait_seconds: int):
        self.address = f"127.0.0.1:{free_port()}"
        folder = programs.folder
        config = (DASHBOARDS / "alertmanager/alertmanager.yml").read_text("utf-8")
        here = f"http://127.0.0.1:{receiver.server_port}"
        for shipped, ours in (("http://127.0.0.1:8080", here), ("  - gmewatch.tmpl", f"  - {DASHBOARDS}/alertmanager/gmewatch.tmpl"),
                              ("group_wait: 45s", f"group_wait: {group_wait_seconds}s")):
            if shipped not in config:
                raise AssertionError(f"alertmanager.yml has no {shipped}")
            config = config.replace(shipped, ours)
        (folder / "alertmanager.yml").write_text(config, "utf-8")
        programs.start("alertmanager", "prometheus-alertmanager", f"--config.file={folder}/alertmanager.yml",
                       f"--storage.path={folder}/alertmanager", f"--web.listen-address={self.address}", "--cluster.listen-address=")

    def is_ready(self) -> bool:
        try:
            return OPENER.open(f"http://{self.address}/-/ready", timeout=5).status == 200
        except OSError:
            return False

    def post(self, what: str, body):
        request = urllib.request.Request(f"http://{self.address}/api/v2/{what}", json.dumps(body).encode(), {"Content-Type": "application/json"})
        OPENER.open(request, timeout=10).close()


class AlertmanagerCase(unittest.TestCase):
    """Each test has an Alertmanager and a receiver of its own."""

    GROUP_WAIT_SECONDS = 2

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.programs = Programs(Path(folder.name))
        self.receiver = Receiver()
        self.addCleanup(self.receiver.stop)
        # Runs before the receiver stops and the folder is removed.
        self.addCleanup(self.programs.stop)
        self.alertmanager = Alertmanager(self.programs, self.receiver, self.GROUP_WAIT_SECONDS)
        await_true("Alertmanager", 30, self.alertmanager.is_ready)
