"""The recipe in Python against a server that rejects, is away and counts as the test wants. Run in the folder of relay.py."""

import sys
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))
import grpc  # noqa: E402
import relay  # noqa: E402
from google.protobuf.any_pb2 import Any  # noqa: E402
from google.rpc import error_details_pb2, status_pb2  # noqa: E402
from gmewatch.v1 import error_reporting_pb2 as wire  # noqa: E402
from gmewatch.v1 import error_reporting_pb2_grpc as wire_grpc  # noqa: E402
from grpc_status import rpc_status  # noqa: E402


class Server(wire_grpc.ErrorReportingServicer):
    def __init__(self, *answers: str) -> None:
        self.answers, self.batches = list(answers), []

    def Report(self, request, context):
        self.batches.append(request)
        answer = self.answers.pop(0)
        if answer == "reject":
            detail = Any()
            detail.Pack(error_details_pb2.BadRequest(field_violations=[error_details_pb2.BadRequest.FieldViolation(field="codes")]))
            context.abort_with_status(rpc_status.to_status(status_pb2.Status(code=3, message="rejected", details=[detail])))
        if answer == "gateway":
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "a gateway's own")
        if answer == "away":
            context.abort(grpc.StatusCode.UNAVAILABLE, "away")
        return wire.ReportResponse(acknowledged_sequence=request.sequence)

    def losses(self) -> list[dict[int, int]]:
        return [{loss.reason: loss.events for loss in batch.losses} for batch in self.batches]


class RejectedTest(unittest.TestCase):
    def play(self, *answers: str) -> Server:
        """Reports an event, flushes once for each answer, then reports another event and flushes."""
        server = Server(*answers, "count")
        running = grpc.server(ThreadPoolExecutor(2))
        wire_grpc.add_ErrorReportingServicer_to_server(server, running)
        port = running.add_insecure_port("127.0.0.1:0")
        running.start()
        relay.random.uniform = lambda low, high: low  # no pause
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            sender = relay.Relay(channel, "", "demo", "eu")
            sender.report("ios", "1", "3.5.0", 1001)
            for _ in answers:
                sender.flush()
            sender.report("ios", "1", "3.5.0", 7006)
            sender.flush()
            sender.flush()
        running.stop(None)
        return server

    def test_what_two_rejections_lose_is_reported_once(self) -> None:
        server = self.play("reject", "reject", "count", "count")
        self.assertEqual([list(batch.codes) for batch in server.batches], [[1001], [], [], [7006]])
        self.assertEqual(server.losses(), [{}, {wire.ClientLoss.REFUSED: 1}, {wire.ClientLoss.REFUSED: 1}, {}])

    def test_a_gateways_verdict_gives_nothing_up(self) -> None:
        server = self.play("gateway", "count")
        self.assertEqual([(batch.sequence, list(batch.codes)) for batch in server.batches], [(1, [1001]), (1, [1001]), (2, [7006])])
        self.assertEqual(server.losses(), [{}, {}, {}])

    def test_a_batch_that_was_on_its_way_for_longer_than_a_session_lasts_is_given_up(self) -> None:
        relay.HORIZON, before = 0.0, relay.HORIZON
        try:
            server = self.play("away", "count")
        finally:
            relay.HORIZON = before
        self.assertEqual(server.losses(), [{}, {wire.ClientLoss.EXPIRED: 1}, {}])
        self.assertEqual([batch.sequence for batch in server.batches], [1, 2, 3])


if __name__ == "__main__":
    unittest.main(verbosity=2)
