"""The recipes of client/servers report to a real gmewatchd with a relay key, in every language that this machine can run."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SERVERS = ROOT / "client/servers"
KEY = "a-relay-key-of-demo"
SETTINGS = f"apps:\n- {{name: demo, regions: [eu], keys: [a-key-in-the-game], relay_keys: [{KEY}]}}\n"
SECONDS = 400  # for downloads too


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Site:
    """A gmewatchd at a port that was chosen before."""

    def __init__(self, folder: str, port: int) -> None:
        settings = Path(folder) / "settings.yaml"
        settings.write_text(SETTINGS, encoding="utf-8")
        settings.chmod(0o600)
        self.process = subprocess.Popen(
            [GMEWATCHD, f"--config={settings}", f"--state_dir={folder}/state", f"--ingest_address=127.0.0.1:{port}", "--admin_address=127.0.0.1:0"],
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


class ServersTest(unittest.TestCase):
    def check(self, command: list[str], folder: Path, environment: dict[str, str]) -> None:
        """The relay starts while gmewatchd does not run, so it has to try again; each event counts once."""
        players = ["android 1.4.2 2.9.15", "ios 1.4.2 3.5.0", "windows 1.4.3 3.5.0"]
        lines = [f"{player} {code}" for player in players for code in (0, 0, 1001, 7006, -3301)]
        port = free_port()
        with tempfile.TemporaryDirectory() as state:
            relay = subprocess.Popen(
                [*command, f"127.0.0.1:{port}", "demo", "eu"],
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
            site = Site(state, port)
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

    def test_go(self) -> None:
        if shutil.which("go") is None:
            self.skipTest("there is no go here")
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["go", "build", "-o", f"{folder}/relay", "."], cwd=SERVERS / "go", check=True, timeout=SECONDS)
            self.check([f"{folder}/relay"], SERVERS / "go", {})


if __name__ == "__main__":
    GMEWATCHD = sys.argv.pop(1)
    unittest.main(verbosity=2)
