"""Plays vectors.yaml on an adapter and compares what it does.

usage: replay.py GENERATION PLAYER [ARGUMENT...]    GENERATION: 2 or 3, the SDK that the player is for; it is also the player's last argument

A player reads one line for each row and answers with one line, the row's `do`:

    event TYPE NAME DATA     NAME as the SDK spells it, or -; DATA in hexadecimal, - if it is empty, "none" without data
    result TYPE CODE
    call OPERATION CODE      OPERATION in hexadecimal
    version TEXT             in hexadecimal, - if it is empty

A row that holds only for data as a text begins with "text ".
"""

import subprocess
import sys
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
GME = HERE.parents[2] / "client/gme"
sys.path.insert(0, str(GME))
import generate  # noqa: E402


def hex_of(text: str) -> str:
    return text.encode().hex() or "-"


def data_of(row: dict) -> str:
    if "data" not in row:
        return "none"
    data = row["data"]
    return hex_of(data if isinstance(data, str) else data["before"] + data["unit"] * data["times"] + data["after"])


def type_of(row: dict, names: dict[str, int]) -> tuple[int, str]:
    if "type" in row:
        return row["type"], "-"
    event = row["event"]
    name = "ITMG_MAIN_EVNET_TYPE_" + event.removeprefix("EVNET_") if event.startswith("EVNET_") else "ITMG_MAIN_EVENT_TYPE_" + event
    return names[name], name


def line_of(row: dict, names: dict[str, int]) -> str:
    if "call" in row:
        return f"call {hex_of(row['call'])} {row['returns']}"
    if "version" in row:
        return f"version {hex_of(row['version'])}"
    event_type, name = type_of(row, names)
    if "result" in row:
        return f"result {event_type} {row['result']}"
    return f"{'text ' if row.get('text') else ''}event {event_type} {name} {data_of(row)}"


def main() -> int:
    generation = int(sys.argv[1])
    table = generate.load(GME / "events.yaml")
    names = {event.name: event.type for event in table.events if event.generation == generation}
    rows = yaml.safe_load((HERE / "vectors.yaml").read_text(encoding="utf-8"))
    rows = [row for row in rows if row.get("sdk", generation) == generation]
    text = "\n".join(line_of(row, names) for row in rows) + "\n"
    ended = subprocess.run([*sys.argv[2:], str(generation)], input=text, capture_output=True, text=True, timeout=120, check=False)
    answers = ended.stdout.splitlines()
    failed = 0
    for row, answer in zip(rows, answers):
        if answer != str(row["do"]):
            failed += 1
            print(f"FAILED {str(row)[:300]}: {answer}")
    print(f"{generation}.x: {len(rows)} rows, {failed} differ")
    if ended.returncode != 0 or len(answers) != len(rows):
        print(f"the player ended with {ended.returncode} after {len(answers)} answers: {ended.stderr[-2000:]}")
        return 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
