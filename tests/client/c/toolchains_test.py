"""The core in C under every compiler that is there: it builds without a warning, replays the transcripts, defines nothing but
gmewatch_ and stays small. A toolchain that is not there is said and left out; gcc, g++, clang and clang++ must be there. Usage:

    toolchains_test.py GMEWATCHD
"""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "tests/client"), str(ROOT / "tests/client/vectors")]
import replay  # noqa: E402
from gmewatchd import Gmewatchd  # noqa: E402

CORE = ROOT / "client/c/gmewatch.c"
PLAYER = ROOT / "tests/client/c/vector_player.c"
WARNINGS = ["-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-Wundef", "-Werror"]
CXX = ["-std=c++17", "-fno-exceptions", "-fno-rtti"]
TEXT_MAX = 64 * 1024
# Debian's package wine64 puts it outside of the path. It makes a folder of 700 MB at its first start.
WINE = "/usr/lib/wine/wine64"
MINGW = ["x86_64-w64-mingw32-gcc", "-std=c99"]


@dataclass(frozen=True)
class Toolchain:
    name: str
    compiler: list[str]
    source: tuple[str, ...] = ()  # before a source file
    link: tuple[str, ...] = ()
    run: tuple[str, ...] = ()  # what runs its programs
    required: bool = False

    def make(self, folder: Path, sources: list[Path], program: Path, flags: list[str]) -> str:
        """Builds a program; returns what the compiler said if it failed."""
        objects = []
        for source in sources:
            made = folder / f"{source.stem}.o"
            command = [*self.compiler, *flags, f"-I{CORE.parent}", *self.source, "-c", str(source), "-o", str(made)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                return done.stderr
            objects.append(str(made))
        command = [self.compiler[0], *self.compiler[1:], *objects, *self.link, "-o", str(program)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.stderr if done.returncode != 0 else ""

    def is_there(self, folder: Path) -> bool:
        """Whether it builds and runs a program that does nothing."""
        if shutil.which(self.compiler[0]) is None or (self.run and shutil.which(self.run[0]) is None):
            return False
        nothing = folder / "nothing.c"
        nothing.write_text("#include <stdio.h>\nint main(void) { return printf(\"\") != 0; }\n", encoding="utf-8")
        if self.make(folder, [nothing], folder / "nothing.exe", []):
            return False
        command = [*self.run, str(folder / "nothing.exe")]
        return subprocess.run(command, capture_output=True, check=False, timeout=300).returncode == 0


TOOLCHAINS = [
    Toolchain("gcc", ["gcc", "-std=c99", "-Wpedantic"], required=True),
    Toolchain("g++", ["g++", *CXX], source=("-x", "c++"), required=True),
    Toolchain("clang", ["clang", "-std=c99", "-Wpedantic"], required=True),
    Toolchain("clang++", ["clang++", *CXX], source=("-x", "c++"), required=True),
    Toolchain("gcc -m32", ["gcc", "-std=c99", "-m32"]),
    Toolchain("musl", ["musl-gcc", "-std=c99"], link=("-static",)),
    # By clang, because Debian's gcc for aarch64 and the one for 32 bits exclude each other.
    Toolchain("aarch64", ["clang", "--target=aarch64-linux-gnu", "-std=c99"], link=("-static",), run=("qemu-aarch64",)),
    Toolchain("mingw", MINGW, run=(WINE,)),
]


def text_of(made: Path) -> int:
    """The bytes of code and constants of an object file."""
    done = subprocess.run(["size", str(made)], capture_output=True, text=True, check=True)
    return int(done.stdout.splitlines()[1].split()[0])


def foreign_symbols(made: Path) -> list[str]:
    done = subprocess.run(["nm", "-g", "--defined-only", str(made)], capture_output=True, text=True, check=True)
    names = [line.split()[-1] for line in done.stdout.splitlines() if line.strip()]
    return [name for name in names if not name.startswith("gmewatch_")]


class ToolchainsTest(unittest.TestCase):
    def setUp(self) -> None:
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        if Path(WINE).exists():  # its server outlives its programs
            self.addCleanup(subprocess.run, [f"{WINE[:-2]}server", "-k"], check=False)
        os.environ.update(WINEPREFIX=f"{self.scratch.name}/wine", WINEDEBUG="-all", DISPLAY="")

    def each(self) -> list[tuple[Toolchain, Path]]:
        found = []
        for number, toolchain in enumerate(TOOLCHAINS):
            folder = Path(self.scratch.name) / str(number)
            folder.mkdir()
            if toolchain.is_there(folder):
                found.append((toolchain, folder))
            else:
                self.assertFalse(toolchain.required, f"{toolchain.name} is not there")
                print(f"left out: {toolchain.name} is not there", flush=True)
        return found

    def test_every_toolchain_replays_the_transcripts(self) -> None:
        transcripts = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in replay.HERE.glob("*.json")}
        self.assertTrue(transcripts)
        for toolchain, folder in self.each():
            with self.subTest(toolchain=toolchain.name):
                program = folder / "player.exe"
                said = toolchain.make(folder, [CORE, PLAYER], program, ["-O2", *WARNINGS])
                self.assertEqual(said, "")
                for name, transcript in transcripts.items():
                    done = replay.play([*toolchain.run, str(program)], transcript)
                    self.assertEqual(replay.differences(transcript, done), [], name)
                print(f"{toolchain.name}: {len(transcripts)} transcripts", flush=True)

    def test_a_first_report_over_winhttp_is_counted_once(self) -> None:
        folder = Path(self.scratch.name)
        if not Toolchain("mingw", MINGW, run=(WINE,)).is_there(folder):
            self.skipTest("there is no mingw with wine64 here")
        program = folder / "first_report.exe"
        sources = [ROOT / "client/examples/first_report.c", CORE, CORE.with_name("gmewatch_winhttp.c")]
        self.assertEqual(Toolchain("mingw", MINGW, link=("-lwinhttp",)).make(folder, sources, program, WARNINGS), "")
        daemon = Gmewatchd(self, GMEWATCHD)
        subprocess.run([WINE, str(program), f"http://{daemon.ports['connect']}"], check=True, timeout=120)
        self.assertRegex(daemon.metrics(), r'gme_error_events_total\{code="1005",.*app="demo"\} 1\n')

    def test_it_defines_nothing_but_gmewatch_and_stays_small(self) -> None:
        for toolchain in TOOLCHAINS[:4]:
            for level in ("-Os", "-O2"):
                with self.subTest(toolchain=toolchain.name, level=level):
                    folder = Path(self.scratch.name) / f"{toolchain.name}{level}"
                    folder.mkdir()
                    command = [*toolchain.compiler, level, *toolchain.source, "-c", str(CORE), "-o", str(folder / "core.o")]
                    subprocess.run(command, check=True)
                    self.assertEqual(foreign_symbols(folder / "core.o"), [])
                    text = text_of(folder / "core.o")
                    print(f"{toolchain.name} {level}: {text} bytes of text", flush=True)
                    self.assertLess(text, TEXT_MAX)

    def test_it_compiles_for_phones_and_consoles_of_other_systems(self) -> None:
        """By the compiler of the package ziglang, which has the headers of Apple's and other systems; nothing runs."""
        package = importlib.util.find_spec("ziglang")
        if package is None or not package.submodule_search_locations:
            self.skipTest("there is no ziglang: pip install ziglang")
        # iOS and tvOS have the headers of macOS, which says what is not there.
        apple = Path(package.submodule_search_locations[0]) / "lib/libc/include/any-darwin-any"
        for target in ("aarch64-ios", "x86_64-ios-simulator", "aarch64-tvos", "aarch64-macos", "x86_64-macos", "aarch64-linux-musl", "arm-linux-musleabihf", "aarch64-windows-gnu", "x86_64-windows-gnu"):
            headers = ["-isystem", str(apple)] if "os" in target.split("-")[1] else []
            command = [sys.executable, "-m", "ziglang", "cc", "-target", target, *headers, "-std=c99", "-Os", *WARNINGS, "-c", str(CORE), "-o", f"{self.scratch.name}/core.o"]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, ""), target)
            print(f"compiled for {target}", flush=True)


if __name__ == "__main__":
    GMEWATCHD = sys.argv.pop(1)
    unittest.main(verbosity=2)
