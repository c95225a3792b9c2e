"""deploy/sbom on the program that was built: sbom_test.py GMEWATCHD"""

import json
import subprocess
import sys
import unittest
from pathlib import Path

SBOM = Path(__file__).resolve().parents[2] / "deploy/sbom"
PROGRAM = ""


class SbomTest(unittest.TestCase):
    def test_names_the_program_and_each_package_with_its_version(self):
        done = subprocess.run([str(SBOM), PROGRAM], capture_output=True, text=True, timeout=100, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        document = json.loads(done.stdout)
        self.assertEqual((document["bomFormat"], document["specVersion"]), ("CycloneDX", "1.5"))
        self.assertEqual(document["metadata"]["component"]["name"], "gmewatchd")
        self.assertRegex(document["metadata"]["component"]["version"], r"^\d+\.\d+\.\d+$")
        components = {each["name"]: each for each in document["components"]}
        for name in ("libgrpc++1.51", "libprotobuf32", "libsqlite3-0", "libssl3", "libcurl4", "libyaml-cpp0.7", "zlib1g", "libc6"):
            self.assertIn(name, components)
            installed = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", name], capture_output=True, text=True, check=True).stdout
            self.assertEqual(components[name]["version"], installed)
            self.assertTrue(components[name]["purl"].startswith("pkg:deb/debian/"))

    def test_says_which_arguments_are_allowed(self):
        done = subprocess.run([str(SBOM)], capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("Usage: deploy/sbom PROGRAM", done.stderr)


if __name__ == "__main__":
    PROGRAM = sys.argv[1]
    unittest.main(argv=[sys.argv[0], "-v"])
