"""Makes the plugin as a game takes it: the sources of client/unreal with the core in C and the adapter for GME.

    python3 client/unreal/make_plugin.py GAME/Plugins
"""

import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
CLIENT = HERE.parent


def make(plugins: Path) -> Path:
    plugin = plugins / "GmeWatch"
    shutil.copytree(HERE / "GmeWatch", plugin, dirs_exist_ok=True)
    source = plugin / "Source/GmeWatch"
    shutil.copy(CLIENT / "c/gmewatch.c", source / "Private")
    for header in (CLIENT / "c/gmewatch.h", *sorted((CLIENT / "gme").glob("*.h"))):
        shutil.copy(header, source / "Public")
    return plugin


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    print(make(Path(sys.argv[1])))
