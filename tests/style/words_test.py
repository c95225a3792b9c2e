"""Feeds check_words.py lines with words of the old dialect and lines without."""

import unittest

import check_words
from sources import Source


class WordsTest(unittest.TestCase):
    # (file, a line, whether it has a word of the old dialect)
    ROWS = [
        ("daemon/log/a.h", "// What became of each batch.", True),
        ("daemon/log/a.h", "// The result of each batch.", False),
        ("daemon/log/a.h", "// Of all starts the one that fits.", True),
        ("daemon/log/a.h", "// Of course.", True),
        ("daemon/log/a.h", "// Returns the change point. Of two equal ones the first.", True),
        ("daemon/log/a.h", "// The result of a commit.", False),
        ("daemon/log/a.cc", 'LogError("the batch was refused");', True),
        ("daemon/log/a.cc", 'LogError("Connection refused");', False),
        ("daemon/log/a.cc", "response.add_refused()->set_sequence(1);", False),
        ("daemon/log/a.cc", "struct Refusal {};", True),
        ("daemon/log/a.cc", "v1::RefusedBatch rejection;", False),
        ("deploy/README.md", "Batches are turned away.", True),
        ("deploy/README.md", "The user was told.", True),
        ("deploy/README.md", "The user was told.  <!-- allow(words): a quotation of a person -->", False),
        ("dashboards/src/a.ts", "title: 'Where nothing is known'", True),
        ("tests/run", "# reckoned anew", True),
        ("daemon/detect/a.h", "// The level settles.", True),
        ("daemon/log/a.h", "// A batch is settled: acknowledged or rejected.", False),
        ("CONTRIBUTING.md", "| reject | not counted | refuse, turn away |", False),
        ("CONTRIBUTING.md", "Bad input is refused.", True),
        ("daemon/triage/a.cc", "out->set_refused_events(out->refused_events() + 1);", False),
        ("daemon/catalog/gme.yaml", "    cause: The request was refused", False),
        ("daemon/catalog/gme.yaml", "# A code that is refused", True),
        ("daemon/catalog/gme.yaml", "    cause: >-\n      The request\n      was refused", False),
        ("daemon/catalog/gme.yaml", "    who: who was refused", True),
        ("daemon/catalog/gme.yaml", "    who: >-\n      who was refused", True),
        ("daemon/catalog/gme.yaml", "      - >-\n        Place: it was refused", True),
        ("daemon/catalog/gme.yaml", "    cause: x\n    action: refused", True),
        ("LICENSE", "refused", False),
    ]

    def test_each_row(self):
        for path, line, bad in self.ROWS:
            with self.subTest(path=path, line=line):
                self.assertEqual(bool(list(check_words.check_source(Source(path, line + "\n")))), bad)

    def test_every_word_is_found(self):
        found = {
            "told", "reckon", "anew", "elsewhen", "turned away", "refuse", "there is none", "mend", "the log is at its end",
            "what became of", "# Of these", "where there is", "the last look", "at most so many", "is news", "complain",
            "Hurry", "perhaps",
        }  # fmt: skip
        self.assertEqual(len(found), len(check_words.WORDS))
        for words in found:
            self.assertTrue(list(check_words.check_source(Source("daemon/a.h", words + "\n"))), words)


if __name__ == "__main__":
    unittest.main()
