"""How the programs are built, read from the programs: hardening_test.py GMEWATCHD GMECTL CONFIG"""

import subprocess
import sys
import unittest

PROGRAMS: list[str] = []
CONFIG = ""


def readelf(flag: str, program: str) -> str:
    return subprocess.run(["readelf", "-W", flag, program], capture_output=True, text=True, check=True).stdout


class HardeningTest(unittest.TestCase):
    def each(self):
        for program in PROGRAMS:
            with self.subTest(program=program):
                yield program

    def test_the_program_is_put_anywhere_in_memory(self):
        for program in self.each():
            self.assertRegex(readelf("-h", program), r"Type:\s+DYN")
            self.assertRegex(readelf("-d", program), r"FLAGS_1.*\bPIE\b")

    def test_tables_of_functions_are_read_only_from_the_start(self):
        for program in self.each():
            self.assertIn("GNU_RELRO", readelf("-l", program))
            self.assertRegex(readelf("-d", program), r"FLAGS_1.*\bNOW\b")

    def test_no_memory_is_both_written_and_run(self):
        for program in self.each():
            segments = readelf("-l", program)
            self.assertRegex(segments, r"GNU_STACK\s.*\sRW\s")
            self.assertNotRegex(segments, r"LOAD\s.*\sRWE\s")

    def test_stacks_and_copies_are_checked(self):
        if CONFIG == "Debug":
            self.skipTest("a debug build has no optimisation, and so no checked copies")
        for program in self.each():
            symbols = readelf("--dyn-syms", program)
            self.assertIn("__stack_chk_fail", symbols)
            self.assertRegex(symbols, r"__(memcpy|memset|snprintf|vsnprintf|read|fdelt|longjmp|memmove|poll|recv)_chk")


if __name__ == "__main__":
    *PROGRAMS, CONFIG = sys.argv[1:]
    unittest.main(argv=[sys.argv[0], "-v"])
