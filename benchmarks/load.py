"""Connections that send signed requests, one after another or at a steady pace, and note how long each ack took."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Final

from benchmarks.machine import cpu_s
from benchmarks.signed import Body, Make, request

REPEAT_EVERY: Final = 20  # every so many requests, the same one is delivered once more
OK: Final = b"HTTP/1.1 200"


@dataclass(frozen=True, slots=True)
class Shape:
    """per_s: 0 sends the next request as soon as the last is answered; else requests a second over all connections."""

    connections: int
    per_s: int = 0

    @property
    def name(self) -> str:
        return f"{self.connections} conn" + (f", {self.per_s}/s" if self.per_s else "")


@dataclass(slots=True)
class Taken:
    """What one pass came to. sent: different requests. repeated: of these, delivered a second time."""

    seconds: float = 0.0
    cpu_s: float = 0.0
    sent: int = 0
    repeated: int = 0
    failed: int = 0
    latencies_ms: list[float] = field(default_factory=list)

    def add(self, other: "Taken") -> None:
        self.seconds += other.seconds
        self.cpu_s += other.cpu_s
        self.sent += other.sent
        self.repeated += other.repeated
        self.failed += other.failed
        self.latencies_ms += other.latencies_ms

    @property
    def answered(self) -> int:
        return len(self.latencies_ms)

    @property
    def cpu_us(self) -> float:
        """Server CPU microseconds per request."""
        return 1e6 * self.cpu_s / max(1, self.answered)

    def percentile_ms(self, share: float) -> float:
        ordered = sorted(self.latencies_ms)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


async def run_pass(address: str, pid: int, make: Make, mark: str, shape: Shape, seconds: float) -> Taken:
    """address: http://host:port. pid: of the server, whose CPU is counted; its worker processes are not."""
    host, port = address.split("/")[2].split(":")
    taken = Taken()
    cpu, began = cpu_s(pid), perf_counter()
    connections = [
        _connection(taken, host, int(port), make, mark, _due(shape, nth, began), began + seconds)
        for nth in range(shape.connections)
    ]
    await asyncio.gather(*connections)
    taken.seconds, taken.cpu_s = perf_counter() - began, cpu_s(pid) - cpu
    return taken


@dataclass(slots=True)
class _Pace:
    """When a connection's next request is due. step_s: 0 is at once."""

    next_at: float
    step_s: float

    def due(self) -> float:
        if not self.step_s:
            return perf_counter()
        at, self.next_at = self.next_at, self.next_at + self.step_s
        return at


def _due(shape: Shape, nth: int, began: float) -> _Pace:
    if not shape.per_s:
        return _Pace(began, 0.0)
    return _Pace(began + nth / shape.per_s, shape.connections / shape.per_s)


async def _connection(taken: Taken, host: str, port: int, make: Make, mark: str, pace: _Pace, until: float) -> None:
    """Latency counts from when the request was due, so that a server that falls behind cannot hide it."""
    reader, writer = await asyncio.open_connection(host, port)
    while (due := pace.due()) < until:
        if due > perf_counter():
            await asyncio.sleep(due - perf_counter())
        body = make(mark)
        taken.sent += 1
        await _exchange(taken, reader, writer, body, due)
        if taken.sent % REPEAT_EVERY == 0:
            taken.repeated += 1
            await _exchange(taken, reader, writer, body, perf_counter())
    writer.close()
    await writer.wait_closed()


async def _exchange(
    taken: Taken, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, body: Body, due: float
) -> None:
    writer.write(request(body))
    head = await reader.readuntil(b"\r\n\r\n")
    answer = await reader.readexactly(_length(head.split(b"\r\n")))
    taken.latencies_ms.append(1000 * (perf_counter() - due))
    # A refusal told to the person is an ack too; here every request is one that the bot should accept.
    taken.failed += not head.startswith(OK) or b":warning:" in answer


def _length(lines: Sequence[bytes]) -> int:
    lengths = (line.split(b":")[1] for line in lines if line.lower().startswith(b"content-length:"))
    return int(next(lengths, b"0"))
