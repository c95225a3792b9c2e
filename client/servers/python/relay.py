"""A game server that reports to gmewatchd for its players: client/README.md, "Game servers".

    python3 relay.py ADDRESS APP REGION [CA.pem] < EVENTS      the key of apps[].relay_keys is in $GMEWATCH_KEY

A line of EVENTS is what a player's game sent to the server: PLATFORM APP_VERSION SDK_VERSION CODE.
"""

import os
import random
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

import grpc
from google.protobuf.duration_pb2 import Duration
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from gmewatch.v1 import error_reporting_pb2 as wire
from gmewatch.v1 import error_reporting_pb2_grpc as wire_grpc

INTERVAL = 5.0
BACKOFF_MAX = 60.0
DELAY_MAX = 3600.0  # that an answer can ask for
HORIZON = 24 * 3600.0  # gmewatchd may have forgotten the session then, and would count a batch that it has counted
CODES_MAX = 512
EVENTS_MAX = 1_000_000
GROUPS_MAX = 200  # players send the versions, so they must not make sessions without end


@dataclass
class Group:
    """The players of one platform and version: a session."""

    session: wire.Session
    counts: Counter = field(default_factory=Counter)
    since: float = 0.0  # when the first of `counts` happened
    lost: Counter = field(default_factory=Counter)
    sequence: int = 0
    flight: wire.ReportRequest | None = None  # sent again unchanged until it is answered
    flight_since: float = 0.0
    flight_made: float = 0.0
    not_before: float = 0.0
    backoff: float = 1.0


class Relay:
    """report() may be called from any thread. run() sends until stop(); it is for a thread of its own."""

    def __init__(self, channel: grpc.Channel, key: str, app: str, region: str) -> None:
        self._stub = wire_grpc.ErrorReportingStub(channel)
        self._metadata = [("authorization", f"Bearer {key}")] if key else []
        self._app, self._region = app, region
        self._groups: dict[tuple[str, str, str], Group] = {}
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    def report(self, platform: str, app_version: str, sdk_version: str, code: int) -> None:
        """Counts an event of a player; code 0 is a success, and what no 32 bits hold is no code."""
        if not -(2**31) <= code < 2**31:
            return
        with self._lock:
            name = (_text(platform), _text(app_version), _text(sdk_version))
            if name not in self._groups and len(self._groups) >= GROUPS_MAX:
                name = ("other", "", "")
            group = self._groups.get(name)
            if group is None:
                session = wire.Session(
                    id=os.urandom(16), app=self._app, region=self._region, platform=name[0], app_version=name[1], sdk_version=name[2]
                )
                group = self._groups[name] = Group(session)
            if code not in group.counts and len(group.counts) >= CODES_MAX:
                group.lost[wire.ClientLoss.TOO_MANY_CODES] += 1
                return
            if not group.counts:
                group.since = time.monotonic()
            group.counts[code] += 1

    def pending(self) -> int:
        with self._lock:
            return sum(sum(group.counts.values()) + sum(group.flight.counts if group.flight else ()) for group in self._groups.values())

    def flush(self) -> None:
        """One attempt for each group that has something to send and may."""
        for group in list(self._groups.values()):
            with self._lock:
                now = time.monotonic()
                if now < group.not_before:
                    continue
                if group.flight is not None and now - group.flight_made >= HORIZON:
                    self._give_up(group, wire.ClientLoss.EXPIRED)
                if not self._begin(group):
                    continue
                seconds = now - group.flight_since
                group.flight.age.CopyFrom(Duration(seconds=int(seconds), nanos=int(seconds % 1 * 1e9)))
            self._send(group)

    def run(self) -> None:
        while not self._stopped.wait(INTERVAL):
            self.flush()

    def stop(self, seconds: float) -> bool:
        """Ends run() and sends what is pending; False if something is left."""
        self._stopped.set()
        until = time.monotonic() + seconds
        pause = threading.Event()
        while self.pending() and time.monotonic() < until:
            self.flush()
            pause.wait(0.1)
        return self.pending() == 0

    def _begin(self, group: Group) -> bool:
        if group.flight is None and (group.counts or group.lost):
            group.sequence += 1
            batch = wire.ReportRequest(session=group.session, sequence=group.sequence)
            room = EVENTS_MAX
            for code, count in sorted(group.counts.items()):
                taken = min(count, room)
                if taken:
                    batch.codes.append(code)
                    batch.counts.append(taken)
                room -= taken
            batch.losses.extend(wire.ClientLoss(reason=reason, events=events) for reason, events in group.lost.items())
            group.counts -= Counter(dict(zip(batch.codes, batch.counts)))  # keeps what is above zero
            group.lost.clear()
            group.flight, group.flight_made = batch, time.monotonic()
            group.flight_since = group.since if batch.codes else group.flight_made
        return group.flight is not None

    def _give_up(self, group: Group, reason: int) -> None:
        """The next batch says what is lost with this one, and what this one would have said."""
        for loss in group.flight.losses:
            group.lost[loss.reason] += loss.events
        if group.flight.counts:
            group.lost[reason] += sum(group.flight.counts)
        group.flight = None

    def _send(self, group: Group) -> None:
        flight = group.flight
        try:
            answer = self._stub.Report(flight, timeout=15, metadata=self._metadata)
        except grpc.RpcError as error:
            self._on_failure(group, error)
            return
        with self._lock:
            group.flight, group.backoff = None, 1.0
            group.not_before = time.monotonic() + min(answer.min_interval.ToTimedelta().total_seconds(), DELAY_MAX)

    def _on_failure(self, group: Group, error: grpc.RpcError) -> None:
        bad, wait = False, 0.0
        status = rpc_status.from_call(error)
        for detail in status.details if status else ():
            retry = error_details_pb2.RetryInfo()
            if detail.Is(error_details_pb2.BadRequest.DESCRIPTOR):
                bad = error.code() == grpc.StatusCode.INVALID_ARGUMENT
            elif detail.Unpack(retry):
                wait = min(retry.retry_delay.ToTimedelta().total_seconds(), DELAY_MAX)
        print(f"gmewatch: {error.code().name}: {error.details()}", file=sys.stderr)
        with self._lock:
            if bad:  # gmewatchd's verdict
                self._give_up(group, wire.ClientLoss.REFUSED)
            group.not_before = time.monotonic() + max(wait, random.uniform(0, group.backoff))
            group.backoff = min(2 * group.backoff, BACKOFF_MAX)


def _text(value: str) -> str:
    """What gmewatchd takes as a version or platform: up to 64 printable characters; others become '?'."""
    return "".join(character if " " <= character <= "~" else "?" for character in value[:64])


def main() -> int:
    address, app, region = sys.argv[1:4]
    if len(sys.argv) > 4:
        with open(sys.argv[4], "rb") as file:
            channel = grpc.secure_channel(address, grpc.ssl_channel_credentials(file.read()))
    else:
        channel = grpc.insecure_channel(address)
    relay = Relay(channel, os.environ.get("GMEWATCH_KEY", ""), app, region)
    sender = threading.Thread(target=relay.run)
    sender.start()
    for line in sys.stdin:
        platform, app_version, sdk_version, code = line.split()
        relay.report(platform, app_version, sdk_version, int(code))
    all_sent = relay.stop(30)
    sender.join()
    return 0 if all_sent else 1


if __name__ == "__main__":
    sys.exit(main())
