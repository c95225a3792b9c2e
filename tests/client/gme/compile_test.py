"""The adapter in C++ as engines compile it: C++11, without exceptions and RTTI, all warnings, against GME's names of both generations. And the
generated tables are what events.yaml makes. A compiler that is not there is said and left out; g++ and clang++ must be there.
"""

import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
CLIENT = HERE.parents[2] / "client"
FLAGS = [
    "-std=c++11", "-fno-exceptions", "-fno-rtti", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Wsign-conversion", "-Wundef",
    "-Wold-style-cast", "-Werror",
]  # fmt: skip
COMPILERS = {"g++": True, "clang++": True, "x86_64-w64-mingw32-g++": False, "aarch64-linux-gnu-g++": False}


class CompileTest(unittest.TestCase):
    def compile(self, compiler: str, generation: int, text: str) -> str:
        includes = [f"-I{HERE / f'sdk{generation}'}", f"-I{CLIENT / 'c'}", f"-I{CLIENT / 'gme'}"]
        command = [compiler, *FLAGS, *includes, "-fsyntax-only", "-x", "c++", "-"]
        return subprocess.run(command, input=text, capture_output=True, text=True, check=False).stderr

    def test_it_compiles_without_a_warning(self) -> None:
        text = """
            #include "tmg_sdk.h"
            #include "gmewatch.h"
            #include "gmewatch_gme.h"
            int F(gmewatch_client* watch, const char* data) {
              gmewatch::gme::OnEvent(watch, ITMG_MAIN_EVENT_TYPE_ENTER_ROOM, data);
              return GMEWATCH_CALL(watch, 1);
            }
            static_assert(GMEWATCH_GME_GENERATION == GENERATION, "");
            """
        for compiler, required in COMPILERS.items():
            if shutil.which(compiler) is None:
                self.assertFalse(required, f"{compiler} is not installed: deploy/packages")
                print(f"{compiler} is not there")
                continue
            for generation in (2, 3):
                said = self.compile(compiler, generation, text.replace("== GENERATION", f"== {generation}"))
                self.assertEqual(said, "", compiler)

    def test_the_plugin_for_unreal_compiles_from_its_own_folder(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            make = [sys.executable, "-B", str(CLIENT / "unreal/make_plugin.py"), folder]
            subprocess.run(make, check=True, capture_output=True)
            source = Path(folder) / "GmeWatch/Source/GmeWatch"
            text = '#include "GmeWatchModule.h"\nenum ITMG_MAIN_EVENT_TYPE { ITMG_MAIN_EVENT_TYPE_ENTER_ROOM = 1, ITMG_MAIN_EVENT_TYPE_ROOM_DISCONNECT = 3 };\n'
            text += '#include "gmewatch_gme.h"\n#include "GmeWatchModule.cpp"\n#include "GmeWatchTransport.cpp"\n#include "gmewatch.c"\n'
            includes = [f"-I{source / part}" for part in ("Public", "Private")] + [f"-I{HERE.parent / 'unreal/stubs'}"]
            command = ["clang++", "-std=c++20", "-fno-exceptions", "-fno-rtti", *includes, "-fsyntax-only", "-x", "c++", "-"]
            done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
            self.assertEqual(done.stderr, "")

    def test_without_the_header_of_the_sdk_it_does_not_compile(self) -> None:
        self.assertIn("ITMG_MAIN_EVENT_TYPE", self.compile("g++", 3, '#include "gmewatch_gme.h"'))

    def test_the_tables_are_what_the_yaml_makes(self) -> None:
        done = subprocess.run(
            [sys.executable, "-B", str(CLIENT / "gme/generate.py"), "--check"], capture_output=True, text=True, check=False
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
