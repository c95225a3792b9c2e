"""A run of deploy/quickstart with the programs of this build."""

import os
import signal
import subprocess
import threading
from pathlib import Path


def link_programs(folder: Path, paths: list[str]) -> Path:
    """A folder for --bin_dir with gmewatchd, gmectl and gmewatch_fleet, which `paths` are in this order."""
    programs = folder / "bin"
    programs.mkdir()
    for name, path in zip(("gmewatchd", "gmectl", "gmewatch_fleet"), paths):
        os.symlink(path, programs / name)
    return programs


def run_until(command: list, last_words: str, seconds: int, **streams) -> tuple[int, str]:
    """The exit status after Ctrl-C at `last_words`, or after SIGTERM when the time is over, and all of the one stream that is a pipe."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, text=True, **streams) as run:
        patience = threading.Timer(seconds, run.send_signal, [signal.SIGTERM])
        patience.start()
        output = ""
        for line in run.stdout or run.stderr:
            output += line
            if last_words in line:
                run.send_signal(signal.SIGINT)
        patience.cancel()
        return run.wait(60), output
