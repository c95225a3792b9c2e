"""What Unity wants of a package, and what the package must not have; `package_test.py --write` writes the .meta files that are missing."""

import hashlib
import json
import re
import sys
import unittest
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[3] / "client/unity"
IMPORTERS = {".cs": "MonoImporter", ".asmdef": "AssemblyDefinitionImporter", ".md": "TextScriptImporter"}
TRANSPORT = "Runtime/Unity/UnityTransport.cs"


def assets() -> list[Path]:
    """What Unity imports: it leaves out folders that end with ~."""
    found = []
    for path in sorted(PACKAGE.rglob("*")):
        parts = path.relative_to(PACKAGE).parts
        if path.suffix != ".meta" and not any(part.endswith("~") for part in parts):
            found.append(path)
    return found


def meta_of(path: Path) -> str:
    guid = hashlib.md5(f"com.gmewatch.client/{path.relative_to(PACKAGE).as_posix()}".encode()).hexdigest()
    head = f"fileFormatVersion: 2\nguid: {guid}\n"
    if path.is_dir():
        return head + "folderAsset: yes\nDefaultImporter:\n  externalObjects: {}\n"
    importer = "PackageManifestImporter" if path.name == "package.json" else IMPORTERS[path.suffix]
    return head + f"{importer}:\n  externalObjects: {{}}\n"


def sources() -> dict[str, str]:
    return {path.relative_to(PACKAGE).as_posix(): path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.cs")}


class PackageTest(unittest.TestCase):
    def test_every_asset_has_a_meta_file(self):
        # Unity leaves out what has none in a package that it may not write to.
        for path in assets():
            self.assertTrue(path.with_name(path.name + ".meta").exists(), f"{path}: run package_test.py --write")
        for meta in PACKAGE.rglob("*.meta"):
            self.assertTrue(meta.with_suffix("").exists(), f"{meta} is of nothing")

    def test_ids_are_unique(self):
        ids = [re.search(r"^guid: ([0-9a-f]{32})$", meta.read_text(encoding="utf-8"), re.MULTILINE) for meta in PACKAGE.rglob("*.meta")]
        self.assertTrue(ids and all(ids))
        self.assertEqual(len({found.group(1) for found in ids}), len(ids))

    def test_the_manifest_names_what_is_there(self):
        manifest = json.loads((PACKAGE / "package.json").read_text(encoding="utf-8"))
        self.assertNotIn("dependencies", manifest)
        for sample in manifest["samples"]:
            self.assertTrue(list((PACKAGE / sample["path"]).glob("*.cs")))
        assembly = json.loads((PACKAGE / "Runtime/GmeWatch.asmdef").read_text(encoding="utf-8"))
        self.assertEqual((assembly["references"], assembly["allowUnsafeCode"]), ([], False))

    def test_there_is_no_native_code_and_no_thread(self):
        for path, text in sources().items():
            for word in ("DllImport", "unsafe", "dynamic ", "new Thread(", "ThreadPool", "Task", "async ", "Reflection"):
                self.assertNotIn(word, text, path)
        self.assertFalse([path for path in assets() if path.suffix in (".dll", ".so", ".a", ".jslib", ".bundle")])

    def test_the_core_knows_no_engine_and_http_is_in_one_file(self):
        for path, text in sources().items():
            self.assertEqual("UnityEngine.Networking" in text, path == TRANSPORT, path)
            if path.startswith("Runtime/Core/"):
                self.assertNotIn("UnityEngine", text, path)

    def test_a_component_has_the_name_of_its_file(self):
        for path, text in sources().items():
            for name in re.findall(r"class (\w+) : MonoBehaviour", text):
                self.assertEqual(Path(path).stem, name)


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        for asset in assets():
            to = asset.with_name(asset.name + ".meta")
            if not to.exists():
                to.write_text(meta_of(asset), encoding="utf-8")
        sys.exit(0)
    unittest.main(verbosity=2)
