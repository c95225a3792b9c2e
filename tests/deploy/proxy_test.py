"""deploy/haproxy/cluster.cfg in the real HAProxy, before servers that stand in for fronts and counters."""

import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CONFIG = Path(__file__).resolve().parents[2] / "deploy/haproxy/cluster.cfg"
PATIENCE_SECONDS = 30
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Part:
    """The admin port of a front or counter: /readyz as it is set, all else answers with its name."""

    def __init__(self, name: str):
        self.name = name
        self.ready = True
        part = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                body = part.name.encode()
                self.send_response(200 if part.ready or self.path != "/readyz" else 503)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_) -> None:
                """HAProxy ends a connection as soon as it knows enough."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@unittest.skipUnless(shutil.which("haproxy"), "HAProxy is not installed")
class ProxyTest(unittest.TestCase):
    def setUp(self):
        self.parts = {name: Part(name) for name in ("front-1", "front-2", "counter-a", "counter-b")}
        for part in self.parts.values():
            self.addCleanup(part.close)
        self.counts, self.metrics = (f"127.0.0.1:{free_port()}" for _ in range(2))
        text = CONFIG.read_text("utf-8").replace("maxconn 20000", "maxconn 200")
        for shipped, here in (("bind 127.0.0.1:4747", f"bind 127.0.0.1:{free_port()}"), ("bind 127.0.0.1:9747", f"bind {self.counts}"),
                              ("bind 127.0.0.1:8404", f"bind {self.metrics}")):
            self.assertIn(shipped, text)
            text = text.replace(shipped, here)
        for name, part in self.parts.items():
            text, edits = re.subn(rf"(server {name}) \S+", rf"\1 {part.address}", text)
            self.assertEqual(edits, 1, name)
        for name, port in (("front-1", 9751), ("front-2", 9752)):
            text = text.replace(f"port {port}", "port " + self.parts[name].address.split(":")[1])
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        file = Path(folder.name) / "haproxy.cfg"
        file.write_text(text, "utf-8")
        self.haproxy = subprocess.Popen(["haproxy", "-db", "-f", file], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(self.haproxy.wait)
        self.addCleanup(self.haproxy.kill)

    def ask(self, address: str, path: str = "/metrics") -> str:
        try:
            with OPENER.open(f"http://{address}{path}", timeout=10) as answer:
                return answer.read().decode()
        except (urllib.error.URLError, OSError) as error:
            return f"none: {error}"

    def status(self, name: str) -> str:
        """UP, DOWN or another state, as HAProxy's own metrics have it."""
        found = re.search(rf'^haproxy_server_status{{[^}}]*server="{name}",state="(\w+)"}} 1$', self.ask(self.metrics), re.MULTILINE)
        return found[1] if found else "not known"

    def await_that(self, words: str, condition) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            self.assertLess(time.monotonic(), deadline, words)
            time.sleep(0.05)

    def failed_checks(self, name: str) -> int:
        found = re.search(rf'^haproxy_server_check_failures_total{{[^}}]*server="{name}"}} (\d+)$', self.ask(self.metrics), re.MULTILINE)
        return int(found[1]) if found else -1

    def assert_all_answers_are_of(self, name: str) -> None:
        self.assertEqual({self.ask(self.counts) for _ in range(20)}, {name})

    def test_readers_are_led_to_the_first_counter_and_to_the_second_while_it_is_away(self):
        first, second = self.parts["counter-a"], self.parts["counter-b"]
        self.await_that("HAProxy answers", lambda: self.ask(self.counts) == "counter-a")
        self.assert_all_answers_are_of("counter-a")
        first.ready = False
        self.await_that("the second counter answers", lambda: self.ask(self.counts) == "counter-b")
        self.assert_all_answers_are_of("counter-b")
        first.ready = True
        self.await_that("the first counter answers again", lambda: self.ask(self.counts) == "counter-a")
        self.assert_all_answers_are_of("counter-a")
        first.ready = second.ready = False
        self.await_that("nobody answers", lambda: "503" in self.ask(self.counts))

    def test_a_front_gets_clients_while_its_admin_port_says_that_it_can_write(self):
        self.parts["front-2"].ready = False
        self.await_that("the second front is left out", lambda: self.status("front-2") == "DOWN")
        # Asked at the same pace, and none of it failed.
        self.assertEqual((self.status("front-1"), self.failed_checks("front-1")), ("UP", 0))
        self.parts["front-2"].ready = True
        self.await_that("the second front is back", lambda: self.status("front-2") == "UP")


if __name__ == "__main__":
    unittest.main()
