"""Compiles the package for Unity, and the programs that test it, with mcs; usage: build.py DIRECTORY"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGE = HERE.parents[2] / "client/unity"
# As far as mcs goes; Unity has 7.3. Warnings are errors, because Unity's console shows them to the game's people.
COMPILER = ["mcs", "-langversion:7", "-warn:4", "-warnaserror", "-r:System.Core.dll"]
CORE = sorted((PACKAGE / "Runtime/Core").glob("*.cs"))
ENGINE = sorted((PACKAGE / "Runtime").rglob("*.cs")) + sorted((HERE / "stubs").glob("*.cs"))
# The names of GME that a sample uses.
GME = HERE.parent / "gme/sdk2/Gme.cs"
TOOLS = [HERE / "Check.cs", HERE / "World.cs"]

# Program -> its sources and options. The library is what a game gets.
PROGRAMS = {
    "gmewatch.dll": ["-optimize", "-target:library", *sorted((PACKAGE / "Runtime").rglob("*.cs")), "-r:{}/engine.dll"],
    "vector_player.exe": [*CORE, HERE / "Player.cs"],
    "client_test.exe": ["-optimize", *CORE, *TOOLS, HERE / "ClientTest.cs", HERE / "MoreClientTest.cs", HERE / "CostTest.cs"],
    "engine_test.exe": ["-define:UNITY_EDITOR", *ENGINE, *sorted((PACKAGE / "Samples~").rglob("*.cs")), GME, HERE / "Check.cs", HERE / "Game.cs",
                        HERE / "EngineTest.cs"],
    "one_game.exe": [*ENGINE, HERE / "OneGame.cs"],
}


def compiled(out: Path, arguments: list) -> None:
    command = [*COMPILER, f"-out:{out}", *(str(argument).replace("{}", str(out.parent)) for argument in arguments)]
    subprocess.run(command, check=True, timeout=300)


def main() -> int:
    directory = Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    compiled(directory / "engine.dll", ["-target:library", *sorted((HERE / "stubs").glob("*.cs"))])
    for name, arguments in PROGRAMS.items():
        compiled(directory / name, arguments)
    return 0


if __name__ == "__main__":
    sys.exit(main())
