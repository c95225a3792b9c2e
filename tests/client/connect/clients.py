"""Runs a test with Connect's own clients against a real gmewatchd: usage: clients.py node|browser|go GMEWATCHD

Installs first what the test needs from the registries of npm and Go. Ends with 77, which ctest takes as skipped, if one cannot be reached
or if there is no go.
"""

import fcntl
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
SKIPPED = 77
SECONDS = 300  # for downloads

# How npm and go say that there is no registry.
UNREACHABLE = re.compile(r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|no such host|dial tcp|i/o timeout|TLS handshake timeout")


def install(command: list[str], folder: Path) -> int:
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False)
    if result.returncode == 0:
        return 0
    print(result.stdout + result.stderr, file=sys.stderr)
    if not UNREACHABLE.search(result.stdout + result.stderr):
        return result.returncode
    print(f"skipped: {' '.join(command)} cannot reach its registry")
    return SKIPPED


def descriptors() -> str:
    """The wire in Protobuf's own description, from protoc."""
    built = HERE / "node_modules" / "wire.descriptors"
    protoc = ["protoc", f"-I{ROOT / 'proto'}", f"-I{HERE}", "--include_imports", f"--descriptor_set_out={built}"]
    subprocess.run([*protoc, "gmewatch/v1/error_reporting.proto", "google/rpc/error_details.proto"], check=True, timeout=SECONDS)
    return str(built)


def run_node(test: str, environment: dict[str, str]) -> int:
    # The tests of node and of the browser begin at the same time.
    with open(HERE / "package-lock.json", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        status = install([sys.executable, "-B", str(ROOT / "tests/dashboards/npm_install.py"), str(HERE)], HERE)
        if status != 0:
            return status
        environment["DESCRIPTORS"] = descriptors()
    return subprocess.run(["node", "--test", test], cwd=HERE, env=environment, check=False).returncode


def run_go(environment: dict[str, str]) -> int:
    if shutil.which("go") is None:
        print("skipped: there is no go here")
        return SKIPPED
    status = install(["go", "mod", "download"], HERE / "go")
    if status != 0:
        return status
    return subprocess.run(["go", "test", "-count=1", "-v", "."], cwd=HERE / "go", env=environment, check=False).returncode


def main() -> int:
    which, gmewatchd = sys.argv[1:]
    environment = {**os.environ, "GMEWATCHD": gmewatchd}
    return run_go(environment) if which == "go" else run_node(f"{which}_test.mjs", environment)


if __name__ == "__main__":
    sys.exit(main())
