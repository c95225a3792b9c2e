#!/usr/bin/env python3
"""The bars of a cluster as ratios in one run: fronts and counters on three real brokers, beside one gmewatchd with SQLite.

    tests/bench/cluster.py [--only=cpu,counter,latency,stops,memory,all] [--seconds=1] [--rounds=3] [--before=GMEWATCHD]
                           [--compression=zstd] [--build=build/release]

Starts the brokers of deploy/kafka, makes topics, and prints a table: what is compared, the target, the reading. Parts:

    cpu      wire_load with SQLite and a front in turn, 4 and 32 partitions; the CPU time of fronts and brokers
    counter  a counter reads 1,000,000 sessions, follows, is killed and recovers; its CPU time beside apply_bench
    latency  100 clients: until a batch is acknowledged, until a scrape has it
    stops    how long a batch takes at most after a signal to a broker that leads a third of the partitions
    memory   an idle front beside an idle gmewatchd in memory
    all      wire_load with the gmewatchd of --before and this one in turn, without a cluster

A measurement of `cpu` and `all` takes --seconds, others in proportion. Exit status 1 if what was acknowledged and what was counted differ, 2 if something
could not be measured, 77 without brokers (no Java, no jars); a slow machine changes no exit status. Needs wire_load, apply_bench, fill_log,
gmewatchd and gmectl of the build.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from cluster_clients import EVENTS_EACH, Acknowledged, quantile, stop_of_writing, visibility
from cluster_site import ROOT, SETTINGS, SKIPPED, Brokers, Daemon, Topic

PARTS = ("cpu", "counter", "latency", "stops", "memory", "all")
CONNECTIONS = ("--ingest_address=127.0.0.1:0", "--connect_address=127.0.0.1:0")
MIB = 1 << 20


@dataclass
class Load:
    """What wire_load has measured of one server."""

    batch_us: float
    ratio: float  # of CPU time a batch, to the first server
    batches: int
    events: int


class Different(Exception):
    """Acknowledged and counted are not the same."""


class Bench:
    def __init__(self, options: argparse.Namespace, brokers: Brokers) -> None:
        self.options, self.brokers = options, brokers
        build = Path(options.build)
        self.gmewatchd, self.gmectl = build / "daemon/gmewatchd", build / "daemon/gmectl/gmectl"
        self.programs = build / "tests/bench"
        self.rows: list[tuple[str, str, str]] = []
        self.differences: list[str] = []
        self.topics = 0

    def row(self, bar: str, readings: list[float], targets: list[float], form: str = "{:.2f}") -> None:
        target, reading = (" / ".join(map(form.format, numbers)) for numbers in (targets, readings))
        missed = any(float(form.format(one)) > most for one, most in zip(readings, targets, strict=False))
        self.rows.append((bar, target, reading + (" missed" if missed else "")))
        print(f"  {bar}: {reading}", file=sys.stderr)

    def topic(self, partitions: int = 32) -> Topic:
        self.topics += 1
        return Topic(self.brokers, self.gmectl, f"bench.{self.topics}", partitions, self.options.compression)

    def compare(self, what: str, acknowledged: tuple[int, int], counter: Daemon) -> None:
        counted = counter.counted()
        if counted != acknowledged:
            self.differences.append(f"{what}: acknowledged {acknowledged[0]} batches with {acknowledged[1]} events, counted {counted[0]} with {counted[1]}")

    def counter(self, topic: Topic, *arguments: str) -> Daemon:
        counter = Daemon(self.gmewatchd, topic.config("counter"), *(arguments or ("--in_memory",)))
        counter.await_ready()
        return counter

    def front(self, topic: Topic) -> Daemon:
        front = Daemon(self.gmewatchd, topic.config("front"), *CONNECTIONS)
        front.await_ready()
        return front

    def wire_load(self, calls: str, entries: int, senders: int, servers: dict[str, str], seconds: float = 0, rounds: int = 0) -> dict[str, Load]:
        seconds = seconds or self.options.seconds * (3 if calls == "unary" else 1)  # calls that wait go around a few times
        command = [self.programs / "wire_load", f"--calls={calls}", f"--entries={entries}", f"--senders={senders}"]
        command += [f"--connections={64 if senders > 1000 else 8}", f"--duration={seconds}s", f"--rounds={rounds or self.options.rounds}"]
        done = subprocess.run([*command, *map("=".join, servers.items())], capture_output=True, text=True, check=False)
        if "counts differ" in done.stderr:
            raise Different(f"{calls} {entries}: {done.stderr} {done.stdout}")
        if done.returncode:
            raise RuntimeError(f"wire_load: {done.stderr}")
        out = {}
        for name in servers:
            figures = re.search(rf"^{calls} +{entries} +{name} +(\d+) +(\S+)", done.stdout, re.MULTILINE)
            sums = re.search(rf"^{name}: acknowledged (\d+) batches with (\d+)", done.stdout, re.MULTILINE)
            assert figures and sums, done.stdout
            out[name] = Load(1e6 / max(1, int(figures[1])), 1 / max(0.01, float(figures[2])), int(sums[1]), int(sums[2]))
        return out

    def cpu(self) -> None:
        # Brokers that have not been compiled take several times as much.
        topic = self.topic()
        front = f"{self.gmewatchd} --config={topic.config('front')}"
        self.wire_load("stream", 8, 64, {"warm": front}, seconds=10 * self.options.seconds, rounds=1)
        idle = self.idle_brokers()
        with tempfile.TemporaryDirectory() as folder:
            config = Path(folder) / "sqlite.yaml"
            config.write_text(SETTINGS, encoding="utf-8")
            sqlite = f"{self.gmewatchd} --state_dir={{dir}} --config={config}"
            for partitions in (32, 4):
                self.cpu_of(partitions, sqlite, idle)

    def idle_brokers(self) -> float:
        before, begin = self.brokers.cpu(), time.monotonic()
        time.sleep(2)
        return (self.brokers.cpu() - before) / (time.monotonic() - begin)

    def cpu_of(self, partitions: int, sqlite: str, idle: float) -> None:
        topic = self.topic(partitions)
        servers = {"sqlite": sqlite, "front": f"{self.gmewatchd} --config={topic.config('front')}"}
        loads: list[dict[str, Load]] = []
        brokers: list[float] = []
        for calls, entries, senders in (("stream", 1, 64), ("stream", 8, 64), ("stream", 100, 64), ("unary", 4, 1000), ("unary", 4, 10000)):
            before, begin = self.brokers.cpu(), time.monotonic()
            loads.append(self.wire_load(calls, entries, senders, servers))
            used = self.brokers.cpu() - before - idle * (time.monotonic() - begin)
            brokers.append(used * 1e6 / max(1, loads[-1]["front"].batches) / loads[-1]["front"].batch_us)
        fronts = [load["front"] for load in loads]
        ratios = [front.ratio for front in fronts]
        where = f"{partitions} partitions"
        self.row(f"front's CPU a batch beside SQLite, {where}: stream, 1 / 8 / 100 entries", ratios[:3], [1.1, 1.0, 0.6])
        self.row(f"the same, unary, 1,000 / 10,000 calls outstanding, {where}", ratios[3:], [1.1, 1.1])
        # As many calls for each commit: 50 ms of a front are ten intervals of SQLite.
        self.row(f"front with 10,000 calls beside SQLite with 1,000, {where}", [fronts[4].batch_us / loads[3]["sqlite"].batch_us], [1.1])
        self.row(f"brokers' CPU a batch beside the front's, {where}: stream, 1 / 8 / 100 entries", brokers[:3], [1.0] * 3)
        self.row(f"CPU of a front a batch, us, {where}: stream, 1 / 8 / 100 entries, unary", [front.batch_us for front in fronts], [])
        counter = self.counter(topic)
        self.compare(f"wire_load, {where}", (sum(front.batches for front in fronts), sum(front.events for front in fronts)), counter)
        counter.kill()

    def fill(self, topic: Topic, *arguments: str) -> tuple[int, int]:
        command = [self.programs / "fill_log", f"--config={topic.config('front')}", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        sums = re.match(r"acknowledged (\d+) batches with (\d+)", done.stdout)
        if not sums:
            raise RuntimeError(done.stderr)
        return int(sums[1]), int(sums[2])

    def apply_us(self) -> float:
        """Of a batch by Aggregate::Apply alone."""
        command = [self.programs / "apply_bench", "--benchmark_filter=^Apply/entries:4/sessions:1000000$", "--benchmark_format=json"]
        command += [f"--benchmark_min_time={self.options.seconds / 5}", "--benchmark_repetitions=3"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return min(one["cpu_time"] for one in json.loads(done.stdout)["benchmarks"] if one["run_type"] == "iteration") / 1000

    def recovery(self) -> None:
        topic = self.topic()
        sessions = int(1_000_000 * min(1, self.options.seconds))
        first = self.fill(topic, f"--sessions={sessions}")
        state = f"--state_dir={topic.state()}"
        # Its stop writes the checkpoint from which the killed one recovers.
        self.counter(topic, state).stop()
        counter = self.counter(topic, state)
        before = counter.cpu()
        more = self.fill(topic, f"--sessions={sessions}", f"--batches={sessions}", "--known")
        both = (first[0] + more[0], first[1] + more[1])
        self.compare("counter that follows", both, counter)
        batch_us = (counter.cpu() - before) * 1e6 / more[0]
        apply_us = self.apply_us()
        counter.kill()
        counter = Daemon(self.gmewatchd, topic.config("counter"), state)
        clock, cpu = counter.await_ready()
        self.compare("counter that was killed", both, counter)
        counter.kill()
        self.row("counter's CPU a batch beside Aggregate::Apply alone, 4 entries, known sessions", [batch_us / apply_us], [3.0])
        self.row("CPU a batch, us: counter / Apply", [batch_us, apply_us], [])
        self.row(f"killed counter with {more[0]:,} batches behind its checkpoint: time until ready beside its CPU time", [clock / max(cpu, 0.01)], [2.0])
        self.row("the same, s: by the clock / CPU time", [clock, cpu], [])

    def latency(self) -> None:
        topic = self.topic()
        front, counter = self.front(topic), self.counter(topic)
        result, seen, below = visibility(front, counter, seconds=15 * self.options.seconds)
        if below:
            self.differences.append(f"{below} of {len(seen)} scrapes lacked batches that had been acknowledged")
        self.compare("latency", self.sums(result), counter)
        front.stop()
        counter.kill()
        self.row("acknowledged p99, visible by scrape p99, ms, commit interval 50 ms", [result.quantile(0.99) * 1e3, quantile(seen, 0.99) * 1e3], [100, 1000], "{:.0f}")
        self.row(f"the same, p50, of {len(result.times)} batches and {len(seen)} scrapes", [result.quantile(0.5) * 1e3, quantile(seen, 0.5) * 1e3], [], "{:.0f}")

    @staticmethod
    def sums(result: Acknowledged) -> tuple[int, int]:
        return len(result.times), EVENTS_EACH * len(result.times)

    def stops(self) -> None:
        # Each on a new topic, of whose partitions each broker leads a third. 6 s: the brokers' session timeout of 3 s, and 3 s.
        for number, (signal, after, target, seconds) in enumerate((("kill", "start", 6.0, 9), ("stop", "cont", 8.0, 11), ("term", "start", 1.5, 5)), 1):
            topic = self.topic()
            front = self.front(topic)

            def fault(signal: str = signal, number: int = number) -> None:
                self.brokers.run(signal, str(number))

            result, longest = stop_of_writing(front, fault, seconds)
            if after == "start":
                self.brokers.start(number)
            else:
                self.brokers.run(after, str(number))
            self.row(f"longest wait for an acknowledgement after SIG{signal.upper()} of a leader, s", [longest], [target], "{:.1f}")
            front.stop()
            counter = self.counter(topic)
            self.compare(f"SIG{signal.upper()}", self.sums(result), counter)
            counter.kill()

    def memory(self) -> None:
        topic = self.topic()
        with tempfile.TemporaryDirectory() as folder:
            config = Path(folder) / "in_memory.yaml"
            config.write_text(SETTINGS, encoding="utf-8")
            servers = [self.front(topic), Daemon(self.gmewatchd, config, "--in_memory", *CONNECTIONS)]
            time.sleep(3)
            front, alone = (server.resident() / MIB for server in servers)
            for server in servers:
                server.stop()
        self.row("memory of an idle front over that of one in memory, MiB", [front - alone], [30], "{:.0f}")
        self.row("the same: front / in memory, MiB", [front, alone], [], "{:.0f}")

    def all(self) -> None:
        """Role all, which a cluster must not slow down."""
        with tempfile.TemporaryDirectory() as folder:
            config = Path(folder) / "settings.yaml"
            config.write_text(SETTINGS, encoding="utf-8")
            for title, log in (("in memory", "--in_memory"), ("SQLite", "--state_dir={dir}")):
                servers = {name: f"{path} {log} --config={config}" for name, path in (("before", self.options.before), ("now", self.gmewatchd))}
                cases = (("stream", 1, 64), ("stream", 100, 64), ("unary", 4, 512))
                ratios = [self.wire_load(*case, servers)["now"].ratio for case in cases]
                self.row(f"role all, {title}: CPU a batch beside --before: stream, 1 / 100 entries, unary", ratios, [1.05] * 3)

    def run(self) -> None:
        parts = {"cpu": self.cpu, "counter": self.recovery, "latency": self.latency, "stops": self.stops, "memory": self.memory, "all": self.all}
        for name in self.options.only:
            if name == "all" and not self.options.before:
                continue
            begin = time.monotonic()
            try:
                parts[name]()
            except Different as why:
                self.differences.append(str(why))
            print(f"{name}: {time.monotonic() - begin:.0f} s", file=sys.stderr)

    def print(self) -> None:
        if not self.rows and not self.differences:
            return
        width = max((len(row[0]) for row in self.rows), default=0)
        print(f"load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors, {self.options.compression}")
        print(f"{'':{width}}  {'at most':20}  reading")
        for bar, target, reading in self.rows:
            print(f"{bar:{width}}  {target:20}  {reading}")
        for difference in self.differences:
            print(f"DIFFERENT: {difference}")
        if not self.differences:
            print("all that was acknowledged was counted once")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--only", type=lambda text: text.split(","), default=PARTS)
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--before", help="an earlier gmewatchd")
    parser.add_argument("--compression", default="zstd")
    parser.add_argument("--build", default=str(ROOT / "build/release"))
    options = parser.parse_args()
    if unknown := set(options.only) - set(PARTS):
        parser.error(f"--only: {', '.join(unknown)}; allowed: {', '.join(PARTS)}")
    with tempfile.TemporaryDirectory(prefix="gmewatch_brokers_") as folder:
        brokers = Brokers(Path(folder))
        bench = Bench(options, brokers)
        try:
            if not brokers.up():
                return SKIPPED
            bench.run()
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            print(f"not measured: {error}", file=sys.stderr)
            return 2
        finally:
            bench.print()
            brokers.down()
    return 1 if bench.differences else 0


if __name__ == "__main__":
    sys.exit(main())
