#!/usr/bin/env python3
"""What a player's connection costs over the Connect protocol beside gRPC: memory and CPU time of HAProxy and of gmewatchd behind it.

    tests/bench/connections.py [--connections=10000] [--rounds=3] [--front=tls|plain|none] [--gmewatchd=build/release/daemon/gmewatchd]

Starts for each protocol in turn a gmewatchd and the shipped configuration of HAProxy in front of it, without TLS or not at all if --front says so.
Opens the connections, which send one batch each and are kept; then each sends `rounds` more. Prints bytes and CPU time a connection, CPU time
a batch, and the ratio of Connect to gRPC. Fails if a batch is not acknowledged, or if gmewatchd has counted another number of batches. Needs
haproxy, openssl and a descriptor for each connection (ulimit -n).
"""

import argparse
import asyncio
import os
import re
import resource
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from kept_clients import ConnectClient, GrpcClient, acknowledged, batch

ROOT = Path(__file__).resolve().parents[2]
TICKS = os.sysconf("SC_CLK_TCK")
SECONDS = 60  # for one answer
OPENING = 200  # connections that are being opened at a time
ADDRESSES = 250  # of clients; the shipped configuration bounds what one address may have


@dataclass
class Usage:
    """What a process has used."""

    cpu: float
    memory: int

    @staticmethod
    def of(pid: int) -> "Usage":
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
        resident = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert resident
        return Usage((int(fields[11]) + int(fields[12])) / TICKS, int(resident[1]) * 1024)


@dataclass
class Result:
    """Of one protocol: for each process, what a connection and a batch on a kept one cost."""

    bytes_each: dict[str, float] = field(default_factory=dict)
    opening_us: dict[str, float] = field(default_factory=dict)
    batch_us: dict[str, float] = field(default_factory=dict)
    seconds: float = 0


class Site:
    """A gmewatchd with an HAProxy in front of it."""

    def __init__(self, folder: Path, options: argparse.Namespace, apps: str = "[{name: demo, regions: [eu]}]") -> None:
        self.processes: dict[str, subprocess.Popen] = {}
        settings = folder / "settings.yaml"
        # All come from one machine, so quotas of an address mean nothing here.
        settings.write_text(f"apps: {apps}\nquotas: {{address_sessions_per_second: 1000000}}\ningest: {{fronts: [127.0.0.1]}}\n", encoding="utf-8")
        command = [options.gmewatchd, f"--config={settings}", "--in_memory"]
        daemon = subprocess.Popen(
            [*command, *(f"--{port}_address=127.0.0.1:0" for port in ("ingest", "connect", "admin"))],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.processes["gmewatchd"] = daemon
        ready = next((line for line in daemon.stdout or () if line.startswith("ready ")), "")
        ports = dict(part.split("=", 1) for part in ready.split()[1:])
        self.admin = ports["admin"]
        self.ports = {GrpcClient: int(ports["ingest"].rsplit(":", 1)[1]), ConnectClient: int(ports["connect"].rsplit(":", 1)[1])}
        if options.front == "none":
            return
        with socket.socket() as chosen:
            chosen.bind(("127.0.0.1", 0))
            self.ports = dict.fromkeys(self.ports, chosen.getsockname()[1])
        self.processes["HAProxy"] = self.front(folder, ports, options)

    def front(self, folder: Path, ports: dict[str, str], options: argparse.Namespace) -> subprocess.Popen:
        tls = options.front == "tls"
        bind = ":443 ssl crt /etc/haproxy/gmewatch.pem alpn h2,http/1.1"
        certificate = folder / "gmewatch.pem"
        port = self.ports[ConnectClient]
        if tls:
            key = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=gmewatch", "-addext", "subjectAltName=IP:127.0.0.1"]
            subprocess.run([*key, "-keyout", certificate, "-out", folder / "certificate"], check=True, capture_output=True)
            with open(certificate, "a", encoding="ascii") as both:
                both.write((folder / "certificate").read_text(encoding="ascii"))
        text = (ROOT / "deploy/haproxy/haproxy.cfg").read_text(encoding="utf-8")
        for shipped, here in (
            (bind, f"127.0.0.1:{port}" + (f" ssl crt {certificate} alpn h2,http/1.1" if tls else "")),
            ("127.0.0.1:4747", ports["ingest"]),
            ("127.0.0.1:4748", ports["connect"]),
            # It asks for two descriptors for each connection; those to gmewatchd are shared. Most are in use, as in a busy hour.
            ("maxconn 20000", f"maxconn {options.connections * 6 // 5}\n  no strict-limits"),
        ):
            assert shipped in text, shipped
            text = text.replace(shipped, here)
        file = folder / "haproxy.cfg"
        file.write_text(text, encoding="utf-8")
        process = subprocess.Popen(["haproxy", "-db", "-f", file], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 20
        while time.monotonic() < end:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return process
            time.sleep(0.05)
        raise RuntimeError("HAProxy does not listen")

    def usage(self) -> dict[str, Usage]:
        return {name: Usage.of(process.pid) for name, process in self.processes.items()}

    def counted(self) -> int:
        with urllib.request.urlopen(f"http://{self.admin}/metrics", timeout=SECONDS) as answer:
            text = answer.read().decode()
        found = re.search(r'^gmewatch_batches_total\{result="counted"\} (\d+)', text, re.MULTILINE)
        return int(found[1]) if found else -1

    def stop(self) -> None:
        for process in self.processes.values():
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()


class Load:
    """Clients of one protocol, each with a session of its own."""

    def __init__(self, kind: type, site: Site, options: argparse.Namespace) -> None:
        self.kind, self.site, self.options = kind, site, options
        self.clients: list = []
        self.sessions = [os.urandom(16) for _ in range(options.connections)]
        self.sequence = 0

    async def open_one(self, number: int, gate: asyncio.Semaphore, tls: ssl.SSLContext | None) -> None:
        async with gate:
            source = (f"127.0.{1 + number % ADDRESSES}.1", 0)
            reader, writer = await asyncio.open_connection("127.0.0.1", self.site.ports[self.kind], local_addr=source, ssl=tls)
            client = self.kind(reader, writer)
            await self.report(number, client)
            self.clients[number] = client

    async def report(self, number: int, client) -> None:
        answer = await asyncio.wait_for(client.report(batch(self.sessions[number], self.sequence)), SECONDS)
        if acknowledged(answer) != self.sequence:
            raise RuntimeError(f"the answer to {self.sequence} is {answer!r}")

    async def open(self) -> None:
        tls = None
        if self.options.front == "tls":
            tls = ssl.create_default_context()
            tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
            tls.set_alpn_protocols([self.kind.ALPN])
        gate = asyncio.Semaphore(OPENING)
        self.sequence = 1
        self.clients = [None] * self.options.connections
        await asyncio.gather(*(self.open_one(number, gate, tls) for number in range(self.options.connections)))

    async def go_round(self) -> None:
        self.sequence += 1
        gate = asyncio.Semaphore(OPENING)

        async def one(number: int, client) -> None:
            async with gate:
                await self.report(number, client)

        await asyncio.gather(*(one(number, client) for number, client in enumerate(self.clients)))


async def measure(kind: type, site: Site, options: argparse.Namespace) -> Result:
    load = Load(kind, site, options)
    result = Result()
    begin = time.monotonic()
    before = site.usage()
    await load.open()
    opened = site.usage()
    for _ in range(options.rounds):
        await load.go_round()
    after = site.usage()
    batches = options.connections * options.rounds
    for name in before:
        result.bytes_each[name] = (after[name].memory - before[name].memory) / options.connections
        result.opening_us[name] = (opened[name].cpu - before[name].cpu) / options.connections * 1e6
        result.batch_us[name] = (after[name].cpu - opened[name].cpu) / batches * 1e6
    expected = options.connections + batches
    if site.counted() != expected:
        raise RuntimeError(f"gmewatchd counted {site.counted()} batches; {expected} were acknowledged")
    result.seconds = time.monotonic() - begin
    for client in load.clients:
        client.writer.transport.abort()
    return result


def run(kind: type, options: argparse.Namespace) -> Result:
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder), options)
        try:
            return asyncio.run(measure(kind, site, options))
        finally:
            site.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--connections", type=int, default=10000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--front", choices=("tls", "plain", "none"), default="tls")
    parser.add_argument("--gmewatchd", default=str(ROOT / "build/release/daemon/gmewatchd"))
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    grpc, connect = run(GrpcClient, options), run(ConnectClient, options)
    print(f"{options.connections} connections, front: {options.front}; {options.rounds} batches on each after the first")
    print(f"all were acknowledged and counted once; gRPC took {grpc.seconds:.0f} s, Connect {connect.seconds:.0f} s")
    print(f"{'':38}{'gRPC':>13}{'Connect':>13}{'ratio':>8}")
    for title, unit, read in (("resident bytes a connection", "  ", "bytes_each"), ("CPU to open one", "us", "opening_us"), ("CPU of a batch", "us", "batch_us")):
        for name in getattr(grpc, read):
            one, other = getattr(grpc, read)[name], getattr(connect, read)[name]
            ratio = f"{other / one:.2f}" if one > 0 else "-"
            print(f"{name + ': ' + title:38}{one:10.0f} {unit}{other:10.0f} {unit}{ratio:>8}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
