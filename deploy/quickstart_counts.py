"""The queries of deploy/quickstart: counts of gmewatchd, Prometheus and the fleet, their table, and the alert.

usage: quickstart_counts.py free_port PORT         PORT, or a free one if it is taken
       quickstart_counts.py ready HOST:PORT        "ready" once /readyz says so
       quickstart_counts.py counted HOST:PORT      events that gmewatchd shows on its /metrics
       quickstart_counts.py batches HOST:PORT      batches that a front has acknowledged
       quickstart_counts.py queried HOST:PORT      events that Prometheus answers with
       quickstart_counts.py resets HOST:PORT N     how often one of these counters went back in the last N seconds, by Prometheus
       quickstart_counts.py acknowledged FILE      events that the fleet had acknowledged, from its --json
       quickstart_counts.py acknowledged_over FILE how many of them over gRPC and how many over Connect, for people
       quickstart_counts.py table HOST:PORT        Prometheus' answer for people
       quickstart_counts.py spike HOST:PORT CODE   the sample of an active spike of the code on gmewatchd's /metrics
       quickstart_counts.py alert HOST:PORT CODE   the spike alerts of Alertmanager with their fixes, if one is of the code

Exit status 0; 1 if there is no answer, with the reason on standard error. Standard library only.
"""

import inspect
import json
import re
import socket
import sys
import urllib.error
import urllib.parse
import urllib.request

TIMEOUT_SECONDS = 10
TABLE_ROWS = 10

# Code 0 is counted apart from the errors.
EVENTS = ("gme_error_events_total", "gme_success_events_total")
_SAMPLE = re.compile(rf"^(?:{'|'.join(EVENTS)})(?:\{{.*\}})? (\S+)", re.MULTILINE)
_BATCHES = re.compile(r'^gmewatch_front_batches_total\{result="written"\} (\S+)', re.MULTILINE)

# Everything is on loopback; a proxy of the environment must not be used.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class NoAnswer(Exception):
    pass


def _get(url: str, parameters: dict[str, str] | None = None) -> str:
    data = urllib.parse.urlencode(parameters).encode() if parameters else None
    try:
        with _OPENER.open(url, data=data, timeout=TIMEOUT_SECONDS) as answer:
            return answer.read().decode()
    except (urllib.error.URLError, OSError, UnicodeDecodeError) as error:
        raise NoAnswer(f"{url}: {error}") from error


def free_port(port: int) -> int:
    for candidate in (port, 0):
        with socket.socket() as listener:
            # As servers do, so that a connection of an earlier run does not block the port.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            return listener.getsockname()[1]
    raise NoAnswer("there is no free port")


def ready(address: str) -> str:
    _get(f"http://{address}/readyz")
    return "ready"


def counted(address: str) -> int:
    return sum(int(float(value)) for value in _SAMPLE.findall(_get(f"http://{address}/metrics")))


def batches(address: str) -> int:
    """A front that was just started has none yet."""
    return sum(int(float(value)) for value in _BATCHES.findall(_get(f"http://{address}/metrics")))


def query(address: str, expression: str) -> list[dict]:
    text = _get(f"http://{address}/api/v1/query", {"query": expression})
    try:
        answer = json.loads(text)
        if answer["status"] != "success":
            raise NoAnswer(f"{expression}: {answer.get('error', answer)}")
        return answer["data"]["result"]
    except (ValueError, KeyError, TypeError) as error:
        raise NoAnswer(f"{expression}: {text[:200]}") from error


def _value(sample: dict) -> int:
    return int(float(sample["value"][1]))


def queried(address: str) -> int:
    samples = [sample for name in EVENTS for sample in query(address, f"sum({name})")]
    if not samples:
        raise NoAnswer("Prometheus has no counts yet")
    return sum(_value(sample) for sample in samples)


def resets(address: str, seconds: str) -> int:
    """0 is an answer only if there are series whose resets could be seen."""
    samples = [sample for name in EVENTS for sample in query(address, f"sum(resets({name}[{int(seconds)}s]))")]
    if not samples:
        raise NoAnswer("Prometheus has no counts yet")
    return sum(_value(sample) for sample in samples)


def acknowledged(path: str) -> int:
    try:
        with open(path, encoding="utf-8") as totals:
            return int(json.load(totals)["total"]["acknowledged"])
    except (ValueError, KeyError, TypeError) as error:
        raise NoAnswer(f"{path}: no JSON with total.acknowledged") from error


def acknowledged_over(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as totals:
            over = json.load(totals)["over"]
        grpc, connect = (int(over[protocol]["acknowledged"]) for protocol in ("grpc", "connect"))
    except (ValueError, KeyError, TypeError) as error:
        raise NoAnswer(f"{path}: no JSON with over.grpc and over.connect") from error
    return f"{grpc} over gRPC, {connect} over HTTP by the core in C"


def _columns(rows: list[tuple[str, ...]]) -> list[str]:
    """Rows under each other; the last column is a number."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row[:-1], widths)]
        lines.append("  ".join(["", *cells, row[-1].rjust(widths[-1])]))
    return lines


def table(address: str) -> str:
    """The codes counted most, and the totals."""
    errors = query(address, "sum by (code, region, app) (gme_error_events_total) > 0")
    infos = query(address, "group by (code, name) (gme_error_code_info)")
    names = {info["metric"]["code"]: info["metric"]["name"] for info in infos}
    errors.sort(key=_value, reverse=True)
    rows = [("CODE", "NAME", "REGION", "APP", "EVENTS")]
    for sample in errors[:TABLE_ROWS]:
        labels = {name: sample["metric"].get(name, "") for name in ("code", "region", "app")}
        name = names.get(labels["code"], "")
        rows.append((labels["code"], name, labels["region"], labels["app"], f"{_value(sample):,}"))
    rest = errors[TABLE_ROWS:]
    if rest:
        rows.append((f"and {len(rest)} more", "", "", "", f"{sum(map(_value, rest)):,}"))
    total_errors = sum(map(_value, errors))
    successes = sum(map(_value, query(address, "sum(gme_success_events_total)")))
    rows.append(("errors", "", "", "", f"{total_errors:,}"))
    rows.append(("successes", "", "", "", f"{successes:,}"))
    return "\n".join(_columns(rows))


def spike(address: str, code: str) -> str:
    active = re.search(rf'^gme_spike_active\{{(?:.*,)?code="{int(code)}"[,}}].* 1$', _get(f"http://{address}/metrics"), re.MULTILINE)
    if not active:
        raise NoAnswer(f"no spike of {code} lasts")
    return active[0]


def alert(address: str, code: str) -> str:
    """The spike alerts, each with its documented fix. Codes of one outage may be announced some seconds apart."""
    text = _get(f"http://{address}/api/v2/alerts?active=true&filter=alertname%3DGmeErrorSpike")
    try:
        alerts = sorted(json.loads(text), key=lambda one: (len(one["labels"]["code"]), one["labels"]["code"]))
        is_known = any(one["labels"]["code"] == code for one in alerts)
        notes = [one["annotations"] for one in alerts]
        lines = [f"  {note['summary']}\n  Fix: {note['solution']}\n" for note in notes]
    except (ValueError, KeyError, TypeError) as error:
        raise NoAnswer(f"{address}: {text[:200]}") from error
    if not is_known:
        raise NoAnswer(f"Alertmanager has no alert of a spike of {code} yet")
    return "\n".join(lines)


COMMANDS = {
    "free_port": lambda port: free_port(int(port)),
    "ready": ready,
    "counted": counted,
    "batches": batches,
    "queried": queried,
    "resets": resets,
    "acknowledged": acknowledged,
    "acknowledged_over": acknowledged_over,
    "table": table,
    "spike": spike,
    "alert": alert,
}


def main(arguments: list[str]) -> int:
    command = COMMANDS.get(arguments[0]) if arguments else None
    if command is None or len(arguments) - 1 != len(inspect.signature(command).parameters):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        print(command(*arguments[1:]))
    except (NoAnswer, OSError) as error:
        print(f"quickstart_counts.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
