"""The package for Unity against a real gmewatchd; usage:
GMEWATCHD=PROGRAM GMEWATCH_CORE=gmewatch.c live_test.py DIRECTORY_OF_THE_PROGRAMS"""

import os
import random
import re
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request
from pathlib import Path
from typing import Callable

HERE = Path(__file__).resolve().parent
SETTINGS = "apps:\n- {name: demo, regions: [eu]}\n- {name: keyed, regions: [eu], keys: [the-only-key]}\n"


class Site:
    """A gmewatchd with a Connect port."""

    def __init__(self, folder: str):
        self.folder = Path(folder)
        self.connect = "127.0.0.1:0"
        settings = self.folder / "settings.yaml"
        settings.touch(mode=0o600)
        settings.write_text(SETTINGS, encoding="utf-8")
        self.start()

    def start(self) -> None:
        """At the port of an earlier run, if there was one."""
        command = [
            os.environ["GMEWATCHD"], f"--config={self.folder}/settings.yaml", f"--state_dir={self.folder}/state",
            "--ingest_address=127.0.0.1:0", "--admin_address=127.0.0.1:0", f"--connect_address={self.connect}",
        ]
        with open(self.folder / "log", "a", encoding="utf-8") as log:
            self.daemon = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        assert self.daemon.stdout
        for line in self.daemon.stdout:
            ready = re.match(r"ready .*admin=(\S+) connect=(\S+)", line)
            if ready:
                self.admin, self.connect = ready.groups()
                return
        raise RuntimeError("gmewatchd has not started: " + (self.folder / "log").read_text(encoding="utf-8"))

    def kill(self) -> None:
        self.daemon.kill()
        self.daemon.wait()
        assert self.daemon.stdout
        self.daemon.stdout.close()

    def errors(self, code: int, app: str = "demo") -> int:
        with urllib.request.urlopen(f"http://{self.admin}/metrics", timeout=30) as answer:
            lines = answer.read().decode().splitlines()
        labels = (f'code="{code}"', f'app="{app}"')
        return sum(int(float(line.split()[-1])) for line in lines
                   if line.startswith("gme_error_events_total{") and all(label in line for label in labels))


class Game:
    def __init__(self, url: str, folder: str, *options: str):
        command = ["mono", str(PROGRAMS / "one_game.exe"), url, folder, *options]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def call(self, line: str) -> dict[str, str]:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(line + "\n")
        return dict(word.split("=", 1) for word in self.process.stdout.readline().split())

    def number(self, name: str) -> int:
        return int(self.call("stats")[name])

    def pass_time(self, milliseconds: int) -> dict[str, str]:
        """Unless a request is on its way: the daemon needs real time for it."""
        found = self.call("stats")
        return self.call(f"skip {milliseconds}") if found["asking"] == "0" else found

    def kill(self) -> None:
        self.process.kill()
        self.close()

    def stop(self) -> None:
        """The game ends as Unity ends it."""
        self.process.communicate("stop\n", timeout=60)

    def close(self) -> None:
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe
            pipe.close()


class LiveTest(unittest.TestCase):
    def setUp(self):
        self.site = Site(self.enterContext(tempfile.TemporaryDirectory()))
        self.addCleanup(lambda: self.site.kill())
        self.spool = self.enterContext(tempfile.TemporaryDirectory())

    def start(self, *options: str) -> Game:
        game = Game(f"http://{self.site.connect}", self.spool, *options)
        self.addCleanup(lambda: game.process.poll() is None and game.kill())
        return game

    def until(self, what: str, wanted: object, read: Callable[[], object]) -> None:
        end = time.monotonic() + 60
        while (found := read()) != wanted:
            self.assertLess(time.monotonic(), end, f"{what}: {found}, not {wanted}")

    def test_reports_are_counted_once(self):
        game = self.start()
        for code, count in ((1005, 3), (-2147483648, 1), (0, 40)):
            game.call(f"report {code} {count}")
        self.until("errors", 3, lambda: self.site.errors(1005))
        self.until("acknowledged", 44, lambda: game.number("acknowledged"))
        self.assertEqual(game.call("stats")["code"], "ok")

    def test_games_that_are_killed_or_ended_lose_nothing_stored_and_double_nothing(self):
        seed = int(os.environ.get("GMEWATCH_SEED", time.time_ns() % 100000))
        chance = random.Random(seed)
        stored = 0
        for _ in range(12):
            game = self.start()
            for _ in range(chance.randrange(1, 6)):
                events = chance.randrange(1, 50)
                game.call(f"report 10001 {events}")
                game.call("pause")  # what is reported is stored from here on
                stored += events
                for _ in range(chance.randrange(20)):
                    game.call("stats")
            if chance.randrange(3):
                game.kill()
            else:
                game.call("report 10001 1")
                stored += 1
                game.stop()
        last = self.start()
        self.until(f"errors (seed {seed})", stored, lambda: self.site.errors(10001))
        self.until("pending", 0, lambda: last.number("pending"))
        self.assertEqual(self.site.errors(10001), stored)

    def test_a_daemon_that_is_killed_has_every_count_once(self):
        game = self.start()
        reported = 0
        for _ in range(4):
            for _ in range(20):
                game.call("report 1006 5")
                reported += 5
            self.site.kill()
            game.call("report 1006 1")
            reported += 1
            self.site.start()
        self.until("errors", reported, lambda: self.site.errors(1006))
        self.until("acknowledged", reported, lambda: game.number("acknowledged"))
        self.assertEqual(self.site.errors(1006), reported)

    def test_a_daemon_that_is_away_for_an_hour_has_every_count_once(self):
        game = self.start("MaxBackoffMs=900000", "InitialBackoffMs=1000", "FlushMs=60000")
        game.call("report 1005 1")
        self.until("acknowledged", 1, lambda: game.number("acknowledged"))
        self.site.kill()
        for _ in range(60):
            game.call("report 1005 2")
            game.call("skip 60000")
        # The pauses grow, so an hour has a few attempts.
        self.assertIn(game.number("sent"), range(4, 40))
        self.assertEqual(game.number("pending"), 120)
        self.site.start()
        self.until("acknowledged", 121, lambda: int(game.pass_time(10000)["acknowledged"]))
        self.assertEqual(self.site.errors(1005), 121)

    def test_a_wall_clock_that_jumps_loses_nothing_and_doubles_nothing(self):
        game = self.start()
        reported = 0
        for jump in (-86400000, 3600000, -1000, 3 * 86400000, -10 * 31536000000, 10 * 31536000000):
            game.call(f"wall {jump}")
            game.call("report 1005 3")
            reported += 3
            self.until("acknowledged", reported, lambda: game.number("acknowledged"))
        game.call("report 1005 3")
        game.call("pause")
        game.kill()
        again = self.start()  # its wall clock is two days behind the spool's
        self.until("errors", reported + 3, lambda: self.site.errors(1005))
        self.until("pending", 0, lambda: again.number("pending"))

    def test_without_a_network_nothing_is_sent_and_its_return_sends_all(self):
        game = self.start()
        game.call("reachable 0")
        sent = game.number("sent")
        for _ in range(20):
            game.call("report 1005 2")
            game.call("skip 60000")
        self.assertEqual(game.number("sent"), sent)
        game.call("reachable 2")
        self.until("errors", 40, lambda: self.site.errors(1005))

    def test_consent_that_is_revoked_and_given_again(self):
        game = self.start("FirstFlushMs=10000", "FlushMs=60000")
        game.call("report 1005 7")
        game.call("pause")
        self.until("acknowledged", 7, lambda: game.number("acknowledged"))
        game.call("report 1005 100")
        self.assertEqual(os.listdir(self.spool), ["gmewatch.demo"])
        self.assertEqual(game.call("consent Denied")["reported"], "0")
        self.assertEqual(os.listdir(self.spool), [])
        game.call("report 1005 1000")
        game.call("skip 600000")
        game.call("consent Granted")
        game.call("report 1005 2")
        self.until("acknowledged", 2, lambda: int(game.pass_time(1000)["acknowledged"]))
        self.assertEqual(self.site.errors(1005), 9)

    def test_a_second_game_with_the_same_spool_goes_without_and_says_so(self):
        first = self.start("FirstFlushMs=3600000")
        first.call("report 1005 2")
        first.call("pause")
        second = self.start("FirstFlushMs=3600000")
        self.assertIn("another_process_has_it", second.call("report 1005 3")["error"])
        self.assertEqual(second.number("restored"), 0)
        second.call("pause")
        self.until("acknowledged", 3, lambda: second.number("acknowledged"))
        self.until("errors", 5, lambda: self.site.errors(1005))

    def test_the_spool_is_that_of_the_core_in_c(self):
        core = Path(os.environ["GMEWATCH_CORE"])
        peer = str(Path(self.spool, "spool_peer"))
        subprocess.run(["cc", "-std=c99", f"-I{core.parent}", "-o", peer, str(HERE / "spool_peer.c"), str(core)], check=True, timeout=300)

        def run_peer(count: int) -> str:
            return subprocess.run([peer, f"{self.spool}/gmewatch.demo", str(count)], check=True, capture_output=True, text=True, timeout=60).stdout

        game = self.start("FirstFlushMs=3600000")
        game.call("report 1005 4")
        game.call("report -7 2")
        game.stop()
        self.assertEqual(run_peer(3).strip(), "6")
        again = self.start()
        self.assertEqual(again.number("restored"), 9)
        self.until("errors", 7, lambda: self.site.errors(1005))
        self.until("acknowledged", 9, lambda: again.number("acknowledged"))

    def test_a_wrong_key_is_said_and_its_counts_are_kept_until_the_right_one_is_there(self):
        wrong = self.start("App=keyed", "Key=wrong")
        wrong.call("report 1005 7")
        self.until("code", "unauthenticated", lambda: wrong.call("stats")["code"])
        self.assertEqual(wrong.number("pending"), 7)
        wrong.kill()
        self.start("App=keyed", "Key=the-only-key")
        self.until("errors", 7, lambda: self.site.errors(1005, "keyed"))

    def test_a_batch_that_gmewatchd_rejects_is_reported_as_lost(self):
        game = self.start("Region=nowhere")
        game.call("report 1005 2")
        self.until("http", True, lambda: game.number("http") > 0)
        found = game.call("stats")
        self.assertNotEqual(found["code"], "ok")
        parts = ("acknowledged", "rejected", "lost", "pending")
        self.assertEqual(sum(int(found[part]) for part in parts), int(found["reported"]))


if __name__ == "__main__":
    PROGRAMS = Path(sys.argv.pop(1)).resolve()
    unittest.main(verbosity=2)
