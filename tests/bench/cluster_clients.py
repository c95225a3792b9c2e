"""Clients of cluster.py: they send a batch, wait for its acknowledgement, and send it again if it is rejected."""

import asyncio
import os
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from cluster_site import Daemon
from kept_clients import ConnectClient, acknowledged, batch

EVENTS_EACH = 23  # of kept_clients.batch: 20 + 1 + 2
AGAIN_SECONDS = 0.1


@dataclass
class Acknowledged:
    """The batches of all clients."""

    times: list[tuple[float, float]] = field(default_factory=list)  # sent first, acknowledged

    def slowest(self, after: float) -> float:
        return max((end - begin for begin, end in self.times if end > after), default=0.0)

    def quantile(self, q: float) -> float:
        return quantile([end - begin for begin, end in self.times], q)


def quantile(values: list[float], q: float) -> float:
    values = sorted(values)
    return values[min(len(values) - 1, int(q * len(values)))] if values else 0.0


class Player:
    """One session on a connection of its own."""

    def __init__(self, front: Daemon, result: Acknowledged) -> None:
        self.front, self.result = front, result
        self.session = os.urandom(16)
        self.sequence = 0
        self.client: ConnectClient | None = None

    async def report(self) -> tuple[float, float]:
        if self.client is None:
            self.client = ConnectClient(*await asyncio.open_connection("127.0.0.1", self.front.connect_port))
        self.sequence += 1
        begin = time.monotonic()
        while True:
            try:
                answer = await self.client.report(batch(self.session, self.sequence))
                break
            except RuntimeError:  # the front asks to send it again
                await asyncio.sleep(AGAIN_SECONDS)
        if acknowledged(answer) != self.sequence:
            raise RuntimeError(f"the answer to {self.sequence} is {answer!r}")
        self.result.times.append((begin, time.monotonic()))
        return self.result.times[-1]

    async def play(self, pause: float, end: asyncio.Event) -> None:
        # Not all at once.
        await asyncio.sleep(random.random() * pause)
        while not end.is_set():
            await self.report()
            await asyncio.sleep(pause * (0.5 + random.random()))

    def close(self) -> None:
        if self.client:
            self.client.writer.transport.abort()


async def _play(front: Daemon, players: int, pause: float, meanwhile: Callable[[Acknowledged], Awaitable[None]]) -> Acknowledged:
    result = Acknowledged()
    end = asyncio.Event()
    everybody = [Player(front, result) for _ in range(players)]
    playing = asyncio.gather(*(player.play(pause, end) for player in everybody))
    await meanwhile(result)
    end.set()
    await playing
    for player in everybody:
        player.close()
    return result


def visibility(front: Daemon, counter: Daemon, seconds: float) -> tuple[Acknowledged, list[float], int]:
    """Returns what was acknowledged, how long after it was sent a batch was in a scrape, and scrapes that lacked a batch."""
    seen: list[float] = []
    below = 0

    async def probe(result: Acknowledged, end: asyncio.Event) -> None:
        nonlocal below
        player = Player(front, result)
        while not end.is_set():
            begin, _ = await player.report()
            least = len(result.times)
            batches, _ = await asyncio.to_thread(counter.counted)
            seen.append(time.monotonic() - begin)
            below += batches < least
            await asyncio.sleep(random.random() * 0.1)
        player.close()

    async def meanwhile(result: Acknowledged) -> None:
        end = asyncio.Event()
        probes = asyncio.gather(*(probe(result, end) for _ in range(4)))
        await asyncio.sleep(seconds)
        end.set()
        await probes

    return asyncio.run(_play(front, players=100, pause=0.5, meanwhile=meanwhile)), seen, below


def stop_of_writing(front: Daemon, fault: Callable[[], object], seconds: float) -> tuple[Acknowledged, float]:
    """Returns what was acknowledged, and the longest time that a batch took in so many seconds after the fault."""
    begin = 0.0

    async def meanwhile(_: Acknowledged) -> None:
        nonlocal begin
        await asyncio.sleep(2)
        begin = time.monotonic()
        await asyncio.to_thread(fault)
        await asyncio.sleep(seconds)

    result = asyncio.run(_play(front, players=100, pause=0.2, meanwhile=meanwhile))
    return result, result.slowest(begin)
