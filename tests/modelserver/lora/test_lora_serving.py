"""Many voices on one base in memory: they share passes through it and do not disturb each other."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from modelserver.engine import LoadedModel, Message, Piece, Row, Sampling, TrainingPlan
from modelserver.lora.engine import LoraEngine
from modelserver.lora.serving import LoraChat, ServedBase
from modelserver.lora.together import Pass, Together
from tests.modelserver.lora.tiny_base import AUTHOR, PLAIN, make_base, notes
from tests.modelserver.providers import until

pytestmark = pytest.mark.lora

ASKED = [Message("user", "Write a note")]
TEXTS = {"greeting": notes(AUTHOR, seed=3, count=12), "plain": notes(PLAIN[:1], seed=4, count=12)}
SAMPLING = Sampling(temperature=0.7, max_tokens=24, stop=[], seed=3)


def rows(texts: list[str]) -> list[Row]:
    return [[*ASKED, Message("assistant", text)] for text in texts]


def trained(engine: LoraEngine, folder: Path, texts: list[str]) -> Path:
    folder.mkdir()
    engine.train(rows(texts), [], TrainingPlan(2, 4, 60.0, seed=7), folder, lambda _: None)
    return max(folder.iterdir(), key=lambda path: int(path.name))


def voices(engine: LoraEngine, tmp_path: Path) -> list[LoraChat]:
    """The base and two voices on it."""
    return [engine.load(None), *(engine.load(trained(engine, tmp_path / name, TEXTS[name])) for name in TEXTS)]


def written(model: LoadedModel, sampling: Sampling = SAMPLING) -> Iterator[str]:
    return (piece.text for piece in model.write(ASKED, sampling))


class Gate:
    """Lets nothing be read until it is opened, and counts the texts of each pass."""

    def __init__(self, read: Pass) -> None:
        self._read, self.opened, self.texts = read, threading.Event(), list[int]()

    def __call__(
        self, adapters: Sequence[str | None], ids: Sequence[Sequence[int]], cache: Any, before: Sequence[int] | None
    ) -> tuple[Any, Any]:
        assert self.opened.wait(30) and len(self.texts) < 500
        self.texts.append(len(ids))
        return self._read(adapters, ids, cache, before)


def gated(served: ServedBase) -> Gate:
    gate = Gate(served.read)
    served.together = Together(gate)
    return gate


async def at_once(served: ServedBase, gate: Gate, chats: Sequence[LoadedModel]) -> list[str]:
    """What they write when all have been asked before the first word is written."""
    asked = [asyncio.create_task(asyncio.to_thread("".join, written(chat))) for chat in chats]
    await until(lambda: served.together.waiting == len(chats) - 1)  # the first one has a place
    gate.opened.set()
    return await asyncio.gather(*asked)


async def test_voices_asked_at_once_share_passes_and_write_what_each_writes_alone(
    engine: LoraEngine, tmp_path: Path
) -> None:
    chats = voices(engine, tmp_path)
    alone = ["".join(written(chat)) for chat in chats]
    assert len(set(alone)) == 3
    served = chats[0].served
    gate = gated(served)
    assert await at_once(served, gate, [*chats, *chats]) == [*alone, *alone]
    assert max(gate.texts) == 6
    assert len(gate.texts) < sum(gate.texts) / 2


async def test_a_base_that_looks_back_a_few_tokens_only_is_read_for_each_answer_alone(tmp_path: Path) -> None:
    make_base(tmp_path, reads=False, window=6)
    engine = LoraEngine("windowed", tmp_path)
    chats = [engine.load(None)] * 3
    alone = "".join(written(chats[0]))
    served = chats[0].served
    gate = gated(served)
    assert await at_once(served, gate, chats) == [alone] * 3
    assert max(gate.texts) == 1


async def test_nothing_more_is_written_for_who_has_left_and_the_others_go_on(
    engine: LoraEngine, tmp_path: Path
) -> None:
    chats = voices(engine, tmp_path)
    alone = "".join(written(chats[1]))
    served = chats[0].served
    gate = gated(served)
    gate.opened.set()
    leaver = served.together.pieces(Endless())
    next(leaver)
    leaver.close()
    assert "".join(written(chats[1])) == alone
    await until(lambda: not served.together.at_work)
    assert len(gate.texts) < 400


async def test_what_breaks_a_pass_is_raised_where_the_answer_is_waited_for(engine: LoraEngine) -> None:
    chat = engine.load(None)
    gate = gated(chat.served)
    gate.opened.set()
    with pytest.raises(IndexError):  # a word that the base does not have
        next(chat.served.together.pieces(Unreadable()))
    assert "".join(written(chat))


class Endless:
    """An answer that only ends when it is left."""

    adapter = None
    read = (20,)

    def take(self, _: Any) -> Piece:
        return Piece("a", 1)


class Unreadable:
    """An answer whose prompt is nonsense."""

    adapter = None
    read = (10**6,)

    def take(self, scores: Any) -> Any:
        raise AssertionError(scores)


def test_a_voice_that_is_given_up_leaves_the_others_as_they_are(engine: LoraEngine, tmp_path: Path) -> None:
    paths = [trained(engine, tmp_path / name, texts) for name, texts in TEXTS.items()]
    first, second = map(engine.load, paths)
    before = "".join(written(second)), "".join(written(first))
    del first
    assert "".join(written(second)) == before[0]
    assert "".join(written(engine.load(paths[0]))) == before[1]
