"""What cluster.py measures: three brokers, topics on them, and processes of gmewatchd."""

import atexit
import os
import re
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from connections import Usage

ROOT = Path(__file__).resolve().parents[2]
IDS = (1, 2, 3)
SKIPPED = 77
READY_SECONDS = 120
# Those of wire_load and its few sessions, with all their apps: nothing exceeds a quota, but its cost is part of the figures.
SETTINGS = """apps:
- {name: bench-0, regions: [%(regions)s]}
- {name: shooter, regions: [%(regions)s]}
- {name: demo, regions: [eu]}
quotas:
  session_events_per_minute: 1000000000000
  session_events_burst: 1000000000000
  app_events_per_second: 1000000000000
  app_sessions_per_second: 1000000000
  address_sessions_per_second: 1000000000
""" % {"regions": ", ".join(f"region-{i}" for i in range(8))}

# Everything is on loopback; a proxy of the environment must not be used.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def fetch(address: str, path: str) -> str:
    with _OPENER.open(f"http://{address}{path}", timeout=READY_SECONDS) as answer:
        return answer.read().decode()


class Brokers:
    """The brokers of deploy/kafka, as a server runs them: compiled by C2 and with more memory than in tests."""

    SCRIPT = ROOT / "deploy/kafka/brokers"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *words: str) -> int:
        # What the script's own options say is overridden by this variable.
        environment = os.environ | {"_JAVA_OPTIONS": "-XX:TieredStopAtLevel=4 -Xmx384m"}
        command = [self.SCRIPT, words[0], self.folder, *words[1:]]
        return subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False).returncode

    def up(self) -> bool:
        status = self.run("up")
        if status not in (0, SKIPPED):
            raise RuntimeError("the brokers do not start")
        return status == 0

    def start(self, number: int) -> None:
        while Path(f"/proc/{self.pid(number)}").exists():
            time.sleep(0.05)
        if self.run("start", str(number)):
            raise RuntimeError(f"broker {number} does not start")

    def down(self) -> None:
        self.run("down")

    def pid(self, number: int) -> int:
        return int((self.folder / str(number) / "pid").read_text(encoding="ascii"))

    def cpu(self) -> float:
        return sum(Usage.of(self.pid(number)).cpu for number in IDS)

    def addresses(self) -> str:
        return (self.folder / "addresses").read_text(encoding="ascii")


class Topic:
    """A topic of its own, with settings files for the roles that use it."""

    def __init__(self, brokers: Brokers, gmectl: Path, name: str, partitions: int, compression: str = "zstd") -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="gmewatch_bench_")
        kafka = f"  kafka: {{brokers: [{brokers.addresses()}], topic: {name}, compression: {compression}}}\n"
        # No checkpoint but that of a stop falls into a measurement.
        log = f"log:\n  checkpoint_interval: 1h\n{kafka}"
        for role in ("front", "counter"):
            self.config(role).write_text(f"role: {role}\n{SETTINGS}{log}", encoding="utf-8")
        command = [gmectl, "log", "create", f"--config={self.config('counter')}", f"--partitions={partitions}"]
        end = time.monotonic() + READY_SECONDS
        # After a start it takes a moment until there are three brokers to place replicas on.
        while (done := subprocess.run(command, capture_output=True, text=True, check=False)).returncode:
            if time.monotonic() > end:
                raise RuntimeError(f"no topic: {done.stderr}")
            time.sleep(0.2)

    def config(self, role: str) -> Path:
        return Path(self.folder.name) / f"{role}.yaml"

    def state(self) -> Path:
        return Path(self.folder.name) / "state"


class Daemon:
    """A gmewatchd on free ports."""

    def __init__(self, gmewatchd: Path, config: Path, *arguments: str) -> None:
        self.begin = time.monotonic()
        # A file: what nobody reads fills no pipe.
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [gmewatchd, f"--config={config}", "--admin_address=127.0.0.1:0", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
        )
        atexit.register(self.process.kill)  # also if a measurement fails
        assert self.process.stdout
        ready = next((line for line in self.process.stdout if line.startswith("ready ")), "")
        if not ready:
            self.errors.seek(0)
            raise RuntimeError(f"gmewatchd does not start: {self.errors.read().decode()}")
        ports = dict(part.split("=", 1) for part in ready.split()[1:])
        self.admin = ports["admin"]
        self.connect_port = int(ports.get("connect", ":0").rsplit(":", 1)[1])

    def await_ready(self) -> tuple[float, float]:
        """Returns the seconds since the start, and of CPU time."""
        while time.monotonic() < self.begin + READY_SECONDS:
            try:
                fetch(self.admin, "/readyz")
                return time.monotonic() - self.begin, self.cpu()
            except urllib.error.HTTPError:
                time.sleep(0.02)
        raise RuntimeError("gmewatchd is not ready")

    def counted(self) -> tuple[int, int]:
        """Batches and events, with everything that was acknowledged before; on a slow machine that takes several scrapes."""
        text, end = "", time.monotonic() + READY_SECONDS
        while not text:
            try:
                text = fetch(self.admin, "/metrics")
            except urllib.error.HTTPError as error:
                if error.code != 503 or time.monotonic() > end:
                    raise
        batches = re.search(r'^gmewatch_batches_total\{result="counted"\} (\d+)', text, re.MULTILINE)
        events = re.findall(r"^gme_(?:error|success)_events_total\{.*\} (\d+)", text, re.MULTILINE)
        return int(batches[1]) if batches else 0, sum(map(int, events))

    def cpu(self) -> float:
        return Usage.of(self.process.pid).cpu

    def resident(self) -> int:
        return Usage.of(self.process.pid).memory

    def stop(self) -> None:
        self.process.terminate()
        self.process.communicate()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()
