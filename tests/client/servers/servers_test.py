"""The recipes of client/servers report to a real gmewatchd with a relay key, in every language that this machine can run."""

import base64
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
SERVERS = ROOT / "client/servers"
KEY = "a-relay-key-of-demo"
SETTINGS = f"apps:\n- {{name: demo, regions: [eu], keys: [a-key-in-the-game], relay_keys: [{KEY}]}}\n"
SECONDS = 400  # for downloads too


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Site:
    """A gmewatchd whose port `protocol`, ingest or connect, was chosen before."""

    def __init__(self, folder: str, port: int, protocol: str, more: str = "") -> None:
        settings = Path(folder) / "settings.yaml"
        settings.write_text(SETTINGS + more, encoding="utf-8")
        settings.chmod(0o600)
        ports = {"ingest": 0, "connect": 0, "admin": 0, protocol: port}
        self.process = subprocess.Popen(
            [GMEWATCHD, f"--config={settings}", f"--state_dir={folder}/state", *(f"--{name}_address=127.0.0.1:{number}" for name, number in ports.items())],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.admin = ""
        for line in self.process.stdout or ():
            ready = re.match(r"ready .*admin=(\S+)", line)
            if ready:
                self.admin = ready.group(1)
                break

    def events(self, code: int) -> int:
        with urllib.request.urlopen(f"http://{self.admin}/metrics", timeout=20) as answer:
            text = answer.read().decode()
        name = "gme_success_events_total" if code == 0 else "gme_error_events_total"
        found = [line for line in text.splitlines() if line.startswith(name) and (code == 0 or f'code="{code}"' in line)]
        return sum(int(float(line.rsplit(" ", 1)[1])) for line in found if 'app="demo"' in line)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()


class RejectingServer(ThreadingHTTPServer):
    """A server of the Connect protocol that rejects its first batches as gmewatchd does."""

    def __init__(self, address: tuple[str, int], rejections: int) -> None:
        super().__init__(address, Rejecting)
        self.rejections = rejections
        self.batches: list[dict] = []
        self.has_counted = threading.Event()


class Rejecting(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, RejectingServer)
        batch = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server.batches.append(batch)
        rejects = len(server.batches) <= server.rejections
        detail = {"type": "google.rpc.BadRequest", "value": base64.b64encode(b"\n\x07\n\x05codes").decode().rstrip("=")}
        answer = {"code": "invalid_argument", "details": [detail]} if rejects else {"acknowledgedSequence": batch["sequence"]}
        body = json.dumps(answer).encode()
        self.send_response(400 if rejects else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        if not rejects:
            server.has_counted.set()

    def log_message(self, *_: object) -> None:
        pass


class ServersTest(unittest.TestCase):
    java_folder: str | None = None

    def check(self, command: list[str], folder: Path, environment: dict[str, str], protocol: str = "ingest") -> None:
        """The relay starts while gmewatchd does not run, so it has to try again; each event counts once."""
        players = ["android 1.4.2 2.9.15", "ios 1.4.2 3.5.0", "windows 1.4.3 3.5.0"]
        lines = [f"{player} {code}" for player in players for code in (0, 0, 1001, 7006, -3301)]
        port = free_port()
        address = f"127.0.0.1:{port}" if protocol == "ingest" else f"http://127.0.0.1:{port}"
        with tempfile.TemporaryDirectory() as state:
            relay = subprocess.Popen(
                [*command, address, "demo", "eu"],
                cwd=folder,
                env={**os.environ, **environment, "GMEWATCH_KEY": KEY},
                stdin=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            assert relay.stdin and relay.stderr
            relay.stdin.write("\n".join(lines) + "\n")
            relay.stdin.close()
            said = relay.stderr.readline()  # an attempt without gmewatchd
            site = Site(state, port, protocol)
            try:
                said += relay.stderr.read()
                self.assertEqual(relay.wait(timeout=60), 0, said)
                self.assertIn("gmewatch: ", said)
                self.assertEqual([site.events(code) for code in (0, 1001, 7006, -3301)], [6, 3, 3, 3])
            finally:
                relay.stderr.close()
                relay.kill()
                relay.wait()
                site.stop()

    def test_python(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, "-m", "venv", folder], check=True, timeout=SECONDS)
            pip = [f"{folder}/bin/pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(SERVERS / "python/requirements.txt")]
            subprocess.run(pip, check=True, timeout=SECONDS)
            self.check([f"{folder}/bin/python", "-B", "relay.py"], SERVERS / "python", {})
            with self.subTest("rejected"):
                subprocess.run([f"{folder}/bin/python", "-B", str(HERE / "rejected_relay.py")], cwd=SERVERS / "python", check=True, timeout=120)

    def test_go(self) -> None:
        if shutil.which("go") is None:
            self.skipTest("there is no go here")
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["go", "build", "-o", f"{folder}/relay", "."], cwd=SERVERS / "go", check=True, timeout=SECONDS)
            self.check([f"{folder}/relay"], SERVERS / "go", {})
            with self.subTest("rejected"):
                shutil.copytree(SERVERS / "go", f"{folder}/tested")
                shutil.copy(HERE / "relay_test.go", f"{folder}/tested")
                subprocess.run(["go", "test", "."], cwd=f"{folder}/tested", check=True, timeout=SECONDS)

    def test_java(self) -> None:
        self.check(self.java(), SERVERS / "java", {}, "connect")

    def test_java_waits_as_long_as_a_quota_asks_for(self) -> None:
        quota = "quotas: {session_events_per_minute: 600, session_events_burst: 5}\n"
        event = "android 1.4.2 3.5.0 1001\n"
        command = self.java()
        with tempfile.TemporaryDirectory() as state:
            port = free_port()
            site = Site(state, port, "connect", quota)
            # With the key of the game, which has the quota.
            environment = {**os.environ, "GMEWATCH_KEY": "a-key-in-the-game"}
            try:
                with subprocess.Popen([*command, f"http://127.0.0.1:{port}", "demo", "eu"], env=environment, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as relay:
                    assert relay.stdin and relay.stderr
                    relay.stdin.write(event * 20)  # taken, and paid off for 1.5 s
                    relay.stdin.flush()
                    self.wait_for(site, 1001, 20)
                    begin = time.monotonic()
                    _, said = relay.communicate(event, timeout=60)
                    self.assertEqual(relay.returncode, 0, said)
                self.assertEqual(site.events(1001), 21)
                self.assertEqual(said.count("resource_exhausted"), 1, said)
                self.assertGreater(time.monotonic() - begin, 1)
            finally:
                site.stop()

    def test_java_gives_up_what_gmewatchd_rejects_for_good_and_nothing_else(self) -> None:
        command = self.java()
        with tempfile.TemporaryDirectory() as state:
            port = free_port()
            site = Site(state, port, "connect")
            try:
                for app, key, word, status in (("all", KEY, "invalid_argument", 0), ("demo", "another-key", "unauthenticated", 1)):
                    environment = {**os.environ, "GMEWATCH_KEY": key}
                    arguments = [f"-Dgmewatch.stop_s={5 if status == 0 else 1}", *command[1:], f"http://127.0.0.1:{port}", app, "eu"]
                    ended = subprocess.run([command[0], *arguments], env=environment, input="ios 1 3.5.0 1001\n", capture_output=True, text=True, timeout=60, check=False)
                    self.assertEqual(ended.returncode, status, ended.stderr)
                    self.assertIn(word, ended.stderr)
                    self.assertEqual(site.events(1001), 0)
            finally:
                site.stop()

    def test_java_reports_what_two_rejections_lose_once(self) -> None:
        server = RejectingServer(("127.0.0.1", 0), 2)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        environment = {**os.environ, "GMEWATCH_KEY": KEY}
        command = [*self.java(), f"http://127.0.0.1:{server.server_port}", "demo", "eu"]
        try:
            with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as relay:
                assert relay.stdin
                relay.stdin.write("ios 1 3.5.0 1001\n")
                relay.stdin.flush()
                self.assertTrue(server.has_counted.wait(60))
                _, said = relay.communicate("ios 1 3.5.0 7006\n", timeout=60)
                self.assertEqual(relay.returncode, 0, said)
        finally:
            server.shutdown()
            server.server_close()
        self.assertEqual([batch["codes"] for batch in server.batches], [[1001], [], [], [7006]])
        lost = [{"reason": "REFUSED", "events": "1"}]
        self.assertEqual([batch["losses"] for batch in server.batches], [[], lost, lost, []])

    def java(self) -> list[str]:
        """Compiles the recipe, once for all tests."""
        missing = [program for program in ("java", "javac") if shutil.which(program) is None]
        if missing:
            self.skipTest(f"there is no {missing[0]} here")
        if ServersTest.java_folder is None:
            ServersTest.java_folder = tempfile.mkdtemp()
            ServersTest.addClassCleanup(shutil.rmtree, ServersTest.java_folder)
            javac = ["javac", "-Xlint:all", "-Werror", "--release", "11", "-d", ServersTest.java_folder]
            subprocess.run([*javac, str(SERVERS / "java/Relay.java")], check=True, timeout=SECONDS)
        return ["java", "-Dgmewatch.interval_ms=100", "-cp", ServersTest.java_folder, "Relay"]

    def wait_for(self, site: Site, code: int, events: int) -> None:
        end = time.monotonic() + 60
        while site.events(code) != events:
            self.assertLess(time.monotonic(), end, f"{site.events(code)} events of {code}")
            time.sleep(0.05)


if __name__ == "__main__":
    GMEWATCHD = sys.argv.pop(1)
    unittest.main(verbosity=2)
