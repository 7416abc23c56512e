"""How fast Slack is answered, against a bare bolt app in the same run: .venv/bin/python -m benchmarks.acks."""

import argparse
import asyncio
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from benchmarks import corpora, effects, signed
from benchmarks.busy import kept_busy
from benchmarks.load import Shape, Taken, run_pass
from benchmarks.machine import described, facts, machine
from benchmarks.signed import Make
from benchmarks.tables import say, table, write_json
from benchmarks.world import Server, Starter
from sandbox.client import SandboxClient

BARE: Final = "bare"
HANG_S: Final = 3600  # the bot gives a post up after 20 s and tries the next
SHAPES: Final = (Shape(1), Shape(16), Shape(16, per_s=50))
OURS: Final[dict[str, Make]] = {
    "list": signed.list_voices,
    "draft": signed.draft,
    "button": signed.press,
    "reaction": signed.reaction,
}
HEAD: Final = (
    "request", "shape", "requests/s", "p50 ms", "p95 ms", "p99 ms", "max ms", "CPU µs", "CPU / bare", "p50 / bare",
    "p99 / bare", "failed", "effects",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """One kind of request to one server."""

    kind: str
    server: Server
    make: Make


@dataclass(slots=True)
class Line:
    """All passes of one kind and shape. wanted: rows there should be; found: rows there are; once: that differ."""

    kind: str
    shape: Shape
    taken: Taken
    wanted: int = 0
    found: int = 0
    once: int = 0

    @property
    def effects(self) -> str:
        if self.kind not in effects.ROWS:
            return "none"
        fine = self.wanted == self.found == self.once
        return f"{self.found:,} of {self.wanted:,} once" if fine else f"WRONG: {self.found:,} for {self.wanted:,}"


def main(argv: Sequence[str] | None = None) -> int:
    given = arguments().parse_args(argv)
    here = machine()
    say(f"{described(here)}; {given.passes} interleaved passes of {given.seconds} s each\n")
    with tempfile.TemporaryDirectory(prefix="bench-acks-") as folder:
        measured = asyncio.run(measure(given, Path(folder)))
    write_json(given.json, {"machine": facts(here), **measured})
    return 0


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks.acks", description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="of one pass")
    parser.add_argument("--passes", type=int, default=2)
    parser.add_argument("--states", nargs="*", choices=("idle", "busy", "socket"), default=["idle", "busy", "socket"])
    parser.add_argument(
        "--posts", type=int, metavar="N", help="size of the file that keeps it busy; default: the blogs"
    )
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser


async def measure(given: argparse.Namespace, folder: Path) -> dict[str, Any]:
    async with AsyncExitStack() as stack:
        starter = Starter(stack, folder)
        found: dict[str, Any] = {}
        models = await starter.models()
        bare = [
            Target(BARE, await starter.bare("bare"), signed.list_voices),
            Target("bare, Bolt's default", await starter.bare("bare-default", "--default"), signed.list_voices),
        ]
        if "idle" in given.states:
            found["idle"] = await measure_idle(starter, models, bare, given)
        if "busy" in given.states:
            found["busy"] = await measure_busy(starter, models, bare, given)
        if "socket" in given.states:
            found["socket"] = await measure_socket(starter, models, given)
    return found


async def measure_idle(starter: Starter, models: str, bare: list[Target], given: argparse.Namespace) -> dict[str, Any]:
    """No workers, and a Slack that lets every post hang: what is left is the path to the ack alone."""
    slack = await starter.sandbox("sandbox-idle")
    async with SandboxClient(slack) as people:
        for method in ("chat.postMessage", "chat.postEphemeral"):
            await people.fault(method, "slow", seconds=HANG_S, times=1000)
    bot = await starter.bot("bot-idle", slack=slack, models=models, workers=0)
    lines = await passes(bare, bot, given)
    await bot.killed()
    return reported("idle: what is asked for is stored, not written, and posted hardly ever", lines)


async def measure_busy(starter: Starter, models: str, bare: list[Target], given: argparse.Namespace) -> dict[str, Any]:
    slack = await starter.sandbox("sandbox-busy", mode="http")
    bot = await starter.bot("bot-busy", slack=slack, models=models)
    async with kept_busy(bot, slack, corpus(starter.folder, given.posts)):
        began, pool = perf_counter(), bot.pool_cpu_s()
        lines = await passes(bare, bot, given)
        share = (bot.pool_cpu_s() - pool) / (perf_counter() - began)
    await bot.killed()  # what it still had to do is not the next state's load
    written = effects.ask(bot.database, effects.WRITTEN)[0]
    title = f"busy: a file is read and cleaned ({share:.2f} cores used by the pool), {written} drafts were written"
    return reported(title, lines) | {"pool_cores": share, "drafts_written": written}


def corpus(folder: Path, posts: int | None) -> Path:
    real = corpora.real_posts()
    path = folder / "busy.zip"
    if real and posts is None:
        return corpora.zipped(real, path)
    export = corpora.generated(posts or corpora.GENERATED_POSTS, folder / "busy.xml")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(export, export.name)
    return path


async def passes(bare: list[Target], bot: Server, given: argparse.Namespace) -> list[Line]:
    """Kinds take turns within each pass. A first short one warms everything up and does not count."""
    targets = [*bare, *(Target(kind, bot, make) for kind, make in OURS.items())]
    lines = {(t.kind, shape): Line(t.kind, shape, Taken()) for shape in SHAPES for t in targets}
    for number in range(given.passes + 1):
        for (kind, shape), line in lines.items():
            target = next(one for one in targets if one.kind == kind)
            seconds = given.seconds if number else min(0.5, given.seconds)
            measured = await one_pass(target, shape, seconds, mark=f"bench{number}{SHAPES.index(shape)}")
            if number:
                add(line, measured)
    return list(lines.values())


async def one_pass(target: Target, shape: Shape, seconds: float, mark: str) -> Line:
    server, is_ours = target.server, target.kind in OURS
    before = effects.rows(server.database, target.kind, mark) if is_ours else (0, 0)
    taken = await run_pass(server.address, server.pid, target.make, mark, shape, seconds)
    after = effects.rows(server.database, target.kind, mark) if is_ours else (0, 0)
    if is_ours:
        effects.forget_waiting(server.database)
    return Line(target.kind, shape, taken, taken.sent, after[0] - before[0], after[1] - before[1])


def add(line: Line, more: Line) -> None:
    line.taken.add(more.taken)
    line.wanted, line.found, line.once = line.wanted + more.wanted, line.found + more.found, line.once + more.once


def reported(title: str, lines: list[Line]) -> dict[str, Any]:
    baseline = {line.shape: line.taken for line in lines if line.kind == BARE}
    rows = [row(line, baseline[line.shape]) for line in lines]
    say(f"\n{title}\n\n{table(HEAD, rows)}")
    return {"lines": [dict(zip(HEAD, one, strict=True)) | {"shape": asdict(line.shape)}
                      for one, line in zip(rows, lines, strict=True)]}  # fmt: skip


def row(line: Line, bare: Taken) -> list[object]:
    taken = line.taken
    p50, p95, p99 = (taken.percentile_ms(share) for share in (0.5, 0.95, 0.99))
    return [
        line.kind,
        line.shape.name,
        round(taken.answered / taken.seconds),
        p50,
        p95,
        p99,
        taken.percentile_ms(1.0),
        round(taken.cpu_us),
        taken.cpu_us / max(1.0, bare.cpu_us),
        p50 / bare.percentile_ms(0.5),
        p99 / bare.percentile_ms(0.99),
        taken.failed,
        line.effects,
    ]


async def measure_socket(starter: Starter, models: str, given: argparse.Namespace) -> dict[str, Any]:
    """From a command typed in the sandbox to its ack, over Socket Mode, one after another; the sandbox's own time is in
    both."""
    ours, theirs = await starter.sandbox("sandbox-socket"), await starter.sandbox("sandbox-bare")
    await starter.bot("bot-socket", slack=ours, models=models, mode="socket", workers=0)
    await starter.bare("bare-socket", "--mode", "socket", slack=theirs)
    taken: dict[str, Taken] = {kind: Taken() for kind in (BARE, "list", "draft")}
    async with SandboxClient(ours) as space, SandboxClient(theirs) as bare_space:
        for client in (space, bare_space):
            await client.connected()
        for number in range(given.passes + 1):
            for kind, client in ((BARE, bare_space), ("list", space), ("draft", space)):
                seconds = given.seconds if number else 0.5
                measured = await typed(client, kind, seconds)
                if number:
                    taken[kind].add(measured)
    bare = taken[BARE]
    head = ("command", "answers", "p50 ms", "p95 ms", "p99 ms", "max ms", "p50 / bare", "failed")
    rows: list[list[object]] = [
        [kind, one.answered, *(one.percentile_ms(share) for share in (0.5, 0.95, 0.99, 1.0)),
         one.percentile_ms(0.5) / bare.percentile_ms(0.5), one.failed] for kind, one in taken.items()
    ]  # fmt: skip
    say(f"\nSocket Mode, idle, one command at a time\n\n{table(head, rows)}")
    return {"lines": [dict(zip(head, one, strict=True)) for one in rows]}


async def typed(people: SandboxClient, kind: str, seconds: float) -> Taken:
    taken, until = Taken(), perf_counter() + seconds
    while (began := perf_counter()) < until:
        text = f"/voice draft founder socket {began} words=50" if kind == "draft" else "/voice list"
        answer = await people.command("editor", text)
        taken.latencies_ms.append(1000 * (perf_counter() - began))
        taken.failed += answer["outcome"] != "acked"
    return taken


if __name__ == "__main__":
    sys.exit(main())
