"""From the end of an upload to the first answer in its thread, by size: .venv/bin/python -m benchmarks.first_answer."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Final

from benchmarks import corpora
from benchmarks.machine import described, facts, machine
from benchmarks.signed import CHANNEL
from benchmarks.tables import say, table, write_json
from benchmarks.world import Starter
from sandbox.client import SandboxClient

LONGEST_S: Final = 900.0
LOOK_S: Final = 0.2


@dataclass(frozen=True, slots=True)
class Answer:
    """first_s: until the bot said that it has the file; read_s: until it said what is in it."""

    posts: int
    megabytes: float
    first_s: float
    read_s: float


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.first_answer", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[100, 1_000, 10_000], metavar="POSTS")
    parser.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args(argv)
    here = machine()
    say(described(here) + "\n\n")
    with tempfile.TemporaryDirectory() as folder:
        answers = asyncio.run(measured(Path(folder), given.sizes))
    rows = [[one.posts, one.megabytes, one.first_s, one.read_s] for one in answers]
    say(table(["posts", "MB", "first answer s", "read s"], rows))
    write_json(given.json, {"machine": facts(here), "answers": [asdict(one) for one in answers]})
    return 0


async def measured(folder: Path, sizes: Sequence[int]) -> list[Answer]:
    """One file after the other, in one thread; the ones before are being read and cleaned meanwhile."""
    async with AsyncExitStack() as stack:
        starter = Starter(stack, folder)
        models, slack = await starter.models(), await starter.sandbox("sandbox")
        await starter.bot("bot", slack=slack, models=models, mode="socket")
        people = await stack.enter_async_context(SandboxClient(slack))
        await people.connected()
        typed = await people.command("steward", "/voice data founder")
        card = await people.wait("message", after=typed["seq"], contains="📚", channel=CHANNEL, timeout_s=60)
        return [await answered(people, card["ts"], folder, posts) for posts in sizes]


async def answered(people: SandboxClient, thread_ts: str, folder: Path, posts: int) -> Answer:
    name = f"posts-{posts}.xml"
    content = corpora.generated(posts, folder / name).read_bytes()
    dropped = await people.drop_file("steward", name, content, channel=CHANNEL, thread_ts=thread_ts)
    began = perf_counter()
    await people.wait("message", after=dropped["seq"], contains=name, channel=CHANNEL, timeout_s=LONGEST_S)
    first = perf_counter() - began
    async with asyncio.timeout(LONGEST_S):
        while not await is_read(people, thread_ts, name):  # noqa: ASYNC110  # the sandbox tells of no edits
            await asyncio.sleep(LOOK_S)
    return Answer(posts, round(len(content) / 1e6, 1), round(first, 2), round(perf_counter() - began, 2))


async def is_read(people: SandboxClient, thread_ts: str, name: str) -> bool:
    """Whether the answer about the file no longer says that it is being read."""
    said = [one["text"] for one in await people.messages(CHANNEL, thread_ts=thread_ts) if name in one["text"]]
    return bool(said) and not any("Reading" in text for text in said)


if __name__ == "__main__":
    sys.exit(main())
