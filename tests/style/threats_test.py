"""The table of threats in tests/README.md names tests that exist, in its third column."""

import unittest

import check_docs
from sources import Source

HEAD = "| threat | control | test | seen |\n| --- | --- | --- | --- |\n"


class ThreatsTest(unittest.TestCase):
    def faults(self, rows: str) -> list[int]:
        test = Source("tests/log_test.cc", "TEST_F(LogTest,\n       KeepsOrder) {}\n")
        return [fault.line for fault in check_docs.check_promises([test, Source("tests/README.md", HEAD + rows)])]

    def test_each_names_a_test_a_suite_or_a_file(self):
        self.assertEqual(self.faults("| a | `x` | `LogTest.KeepsOrder`, `LogTest.*`, `log_test.cc` | `y` |\n"), [])

    def test_others_are_faults(self):
        self.assertEqual(self.faults("| a | | `LogTest.Keeps` | |\n| b | | `Log.*` | |\n| c | | none | `d` |\n"), [3, 4, 5])


if __name__ == "__main__":
    unittest.main()
