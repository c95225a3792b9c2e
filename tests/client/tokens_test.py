"""The recipes of client/tokens sign what gmewatchd takes, in every language that this machine can run."""

import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOKENS = ROOT / "client" / "tokens"
SECRET = "0123456789abcdef0123456789abcdef"
ARGUMENTS = ["k1", "example-game", "player-7", "1800000000"]
# tests/daemon/model/app_token_test.cc has the same.
TOKEN = "gmw1~k1~example-game~player-7~1800000000~MwB3nf9V-0e1EhBX1FZYSrpqcH9SI07CSiNaeBIMr7o"


class TokensTest(unittest.TestCase):
    def check(self, *command: str):
        made = subprocess.run([*command, *ARGUMENTS], input=SECRET + "\n", capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual((made.stdout.strip(), made.stderr, made.returncode), (TOKEN, "", 0))

    def need(self, *programs: str):
        missing = [program for program in programs if shutil.which(program) is None]
        if missing:
            self.skipTest(f"there is no {missing[0]} here")

    def test_cpp(self):
        self.check(MINT_TOKEN)

    def test_python(self):
        self.check(sys.executable, "-B", str(TOKENS / "mint_token.py"))

    def test_go(self):
        self.need("go")
        self.check("go", "run", str(TOKENS / "mint_token.go"))

    def test_java(self):
        self.need("java", "javac")
        self.check("java", str(TOKENS / "MintToken.java"))

    def test_csharp(self):
        self.need("mcs", "mono")
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["mcs", f"-out:{folder}/mint.exe", str(TOKENS / "MintToken.cs")], check=True, timeout=120)
            self.check("mono", f"{folder}/mint.exe")


if __name__ == "__main__":
    MINT_TOKEN = sys.argv.pop(1)
    unittest.main(verbosity=2)
