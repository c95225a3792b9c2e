"""Plays the transcripts of this folder on an implementation of the client and compares what it does (README.md).

usage: replay.py PLAYER [ARGUMENT...]            compares; exit status 1 where something differs
       replay.py --record PLAYER [ARGUMENT...]   writes what the player does into the transcripts, for a person to check
       replay.py --grpc PLAYER [ARGUMENT...]     compares, for a client over gRPC that has neither consent nor a spool: an answer is the number
                                                 of its status and, in hexadecimal, the ReportResponse or the google.rpc.Status; says which
                                                 transcripts are left out, and why
"""

import base64
import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TEXTS = {"url", "app", "region", "key", "app_version", "sdk_version", "platform"}
CONSENT = {"unknown": 0, "granted": 1, "denied": 2}
# Those of gRPC that the transcripts have, with their HTTP status in the Connect protocol.
CODES = {"invalid_argument": (3, 400), "resource_exhausted": (8, 429), "unavailable": (14, 503), "unauthenticated": (16, 401)}
UNAVAILABLE = 14


def hex_of(text: str) -> str:
    return text.encode().hex() or "-"


def option_line(name: str, value: object) -> str:
    if name in TEXTS:
        return f"option {name} {hex_of(str(value))}"
    if name == "consent":
        return f"option consent {CONSENT[str(value)]}"
    return f"option {name} {int(value)}"  # type: ignore[call-overload]


def step_line(step: dict) -> str:
    call = step.get("do", "tick")
    arguments: list[object] = []
    if call == "report":
        arguments = [step["code"], step.get("count", 1)]
    elif call == "detail":
        arguments = [step["code"], hex_of(step.get("operation", "")), step.get("underlying_code", 0)]
    elif call == "answer" and "grpc" in step:
        arguments = [step["grpc"]]
    elif call == "answer":
        body = step["proto"] if "proto" in step else hex_of(step.get("text", ""))
        arguments = [step["status"], body or "-"]
    elif call == "consent":
        arguments = [CONSENT[step["value"]]]
    elif call in ("network", "readable"):
        arguments = [int(step["value"])]
    elif call == "wall":
        arguments = [step["ms"]]
    return " ".join(str(word) for word in ("step", step["at"], call, *arguments))


def field(number: int, value: bytes) -> bytes:
    """A field of Protobuf of up to 16 KiB."""
    size = len(value)
    head = [number << 3 | 2] + ([size] if size < 128 else [size & 127 | 128, size >> 7])
    return bytes(head) + value


def grpc_answer(step: dict) -> str | None:
    """The answer of a server of gRPC; None if only an HTTP server gives such an answer."""
    if step["status"] == 0:
        return f"{UNAVAILABLE} -"
    if "proto" in step:
        return f"0 {step['proto'] or '-'}" if step["status"] == 200 else None
    try:
        error = json.loads(step["text"])
        code, status = CODES[error["code"]]
    except (ValueError, KeyError):
        return None
    if status != step["status"]:
        return None
    details = b""
    for detail in error.get("details", []):
        url = "type.googleapis.com/" + detail["type"].rsplit("/", 1)[-1]
        value = base64.b64decode(detail["value"].rstrip("=") + "=" * (-len(detail["value"].rstrip("=")) % 4))
        details += field(3, field(1, url.encode()) + field(2, value))
    return f"{code} {details.hex() or '-'}"


def why_not_over_grpc(transcript: dict) -> str:
    """Why a client over gRPC, without consent and spool, does not replay the transcript; empty if it does."""
    options, steps = transcript["options"], transcript["steps"]
    calls = {step.get("do") for step in steps}
    if "spool" in options:
        return "it has a spool"
    if options.get("consent") != "granted" or "consent" in calls:
        return "it has consent that is not given"
    if "network" in options or "network" in calls:
        return "it is said when there is no network"
    if any(grpc_answer(step) is None for step in steps if step.get("do") == "answer"):
        return "it has answers that gRPC has not"
    return ""


def with_grpc_answers(transcript: dict) -> dict:
    steps = [{**step, "grpc": grpc_answer(step)} if step.get("do") == "answer" else step for step in transcript["steps"]]
    return {**transcript, "steps": steps}


def expanded(steps: list[dict]) -> list[tuple[dict, dict]]:
    """(step of the file, step to play): codes FROM to TO of `report_each` are one step each."""
    found = []
    for step in steps:
        if step.get("do") == "report_each":
            for code in range(step["from"], step["to"] + 1):
                found.append((step, {"at": step["at"], "do": "report", "code": code}))
        else:
            found.append((step, step))
    return found


def play(command: list[str], transcript: dict) -> list[dict]:
    """What the player does in each step: {"post": hex, "cancel": True, "next": time or None}."""
    lines = [option_line(name, value) for name, value in transcript["options"].items()]
    lines += [f"id {session_id}" for session_id in transcript["ids"]]
    lines.append("begin")
    steps = expanded(transcript["steps"])
    lines += [step_line(step) for _, step in steps]
    ended = subprocess.run(command, input="\n".join(lines) + "\n", capture_output=True, text=True, timeout=120, check=False)
    if ended.returncode != 0:
        raise RuntimeError(f"the player ended with {ended.returncode}: {ended.stdout[-500:]}{ended.stderr[-2000:]}")
    done: list[dict] = []
    now: dict = {}
    for line in ended.stdout.splitlines():
        word, _, rest = line.partition(" ")
        if word == "next":
            now["next"] = None if rest == "never" else int(rest)
            done.append(now)
            now = {}
        elif word == "post":
            now["post"] = rest
        elif word == "cancel":
            now["cancel"] = True
        elif word != "error":  # what is wrong with the options; its text is each implementation's own
            now["unexpected"] = line
    merged: list[dict] = []
    last: dict | None = None
    for (source, _), result in zip(steps, done, strict=True):
        if source is last:
            merged[-1] = {**merged[-1], **result}
        else:
            merged.append(result)
        last = source
    return merged


OBSERVED = ("post", "cancel", "next")


def differences(transcript: dict, done: list[dict]) -> list[str]:
    found = []
    for number, (step, result) in enumerate(zip(transcript["steps"], done, strict=True)):
        wanted = {key: step[key] for key in OBSERVED if key in step}
        if wanted != result:
            found.append(f"step {number} at {step['at']}: expected {wanted}, got {result}")
    return found


def render(transcript: dict) -> str:
    """One step a line, so that a change of a transcript is one line of a diff."""
    head = json.dumps({key: value for key, value in transcript.items() if key != "steps"}, indent=2)
    steps = ",\n".join("    " + json.dumps(step) for step in transcript["steps"])
    return head[:-2] + ',\n  "steps": [\n' + steps + "\n  ]\n}\n"


def main() -> int:
    record, grpc = sys.argv[1:2] == ["--record"], sys.argv[1:2] == ["--grpc"]
    command = sys.argv[2:] if record or grpc else sys.argv[1:]
    failed = played = 0
    paths = sorted(HERE.glob("*.json"))
    for path in paths:
        transcript = json.loads(path.read_text(encoding="utf-8"))
        if grpc and (why := why_not_over_grpc(transcript)):
            print(f"left out {path.stem}: {why}")
            continue
        played += 1
        done = play(command, with_grpc_answers(transcript) if grpc else transcript)
        if record:
            for step, result in zip(transcript["steps"], done, strict=True):
                for key in OBSERVED:
                    step.pop(key, None)
                step.update(result)
            path.write_text(render(transcript), encoding="utf-8")
            continue
        found = differences(transcript, done)
        failed += bool(found)
        print(f"{'FAILED' if found else 'ok    '} {path.stem}: {transcript['about']}")
        for text in found[:5]:
            print(f"       {text}")
    print(f"{played} transcripts, {failed} differ")
    return 1 if failed or not played else 0


if __name__ == "__main__":
    sys.exit(main())
