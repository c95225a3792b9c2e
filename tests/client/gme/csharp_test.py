"""The adapter in C# with Mono's compiler: it replays the vectors, and GmeSource subscribes to the events of both generations of GME."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
UNITY = HERE.parents[2] / "client/unity"
ADAPTER = sorted((UNITY / "Runtime/Gme").glob("*.cs"))
SOURCE = [UNITY / "Samples~/Gme/GmeSource.cs", HERE / "GmeWatchStub.cs", HERE / "SourceTest.cs"]


def compiled(folder: str, name: str, sources: list[Path], *options: str) -> str:
    program = f"{folder}/{name}.exe"
    # The C# of Unity 2019.
    command = ["mcs", "-langversion:7", "-warnaserror", f"-out:{program}", *options, *map(str, [*ADAPTER, *sources])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(done.stdout + done.stderr)
    return program


class CSharpTest(unittest.TestCase):
    def run_program(self, *command: str) -> None:
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_adapter_replays_the_vectors(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            player = compiled(folder, "Player", [HERE / "Player.cs"])
            for generation in ("2", "3"):
                self.run_program(sys.executable, "-B", str(HERE / "replay.py"), generation, "mono", player)

    def test_the_source_follows_the_events_of_sdk_2(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            self.run_program("mono", compiled(folder, "Source", [*SOURCE, HERE / "sdk2/Gme.cs"]))

    def test_the_source_follows_the_events_of_sdk_3_and_takes_none_from_the_game(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            self.run_program("mono", compiled(folder, "Source", [*SOURCE, HERE / "sdk3/Gme.cs"], "-define:GMEWATCH_GME_3"))


if __name__ == "__main__":
    unittest.main()
