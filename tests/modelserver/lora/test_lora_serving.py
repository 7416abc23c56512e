"""Many voices on one base in memory: they take turns and do not disturb each other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from modelserver.engine import LoadedModel, Message, Row, Sampling, TrainingPlan
from modelserver.lora.engine import LoraEngine
from tests.modelserver.lora.tiny_base import AUTHOR, PLAIN, notes

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


def written(model: LoadedModel) -> Iterator[str]:
    return (piece.text for piece in model.write(ASKED, SAMPLING))


def test_voices_that_write_at_once_write_what_each_writes_alone(engine: LoraEngine, tmp_path: Path) -> None:
    paths = [trained(engine, tmp_path / name, texts) for name, texts in TEXTS.items()]
    voices = [engine.load(None), *map(engine.load, paths)]
    alone = ["".join(written(voice)) for voice in voices]
    assert len(set(alone)) == 3
    at_once, texts = [written(voice) for voice in voices], [""] * 3
    for _ in range(SAMPLING.max_tokens + 1):
        texts = [text + next(pieces, "") for text, pieces in zip(texts, at_once, strict=True)]
    assert texts == alone


def test_a_voice_that_is_given_up_leaves_the_others_as_they_are(engine: LoraEngine, tmp_path: Path) -> None:
    paths = [trained(engine, tmp_path / name, texts) for name, texts in TEXTS.items()]
    first, second = map(engine.load, paths)
    before = "".join(written(second)), "".join(written(first))
    del first
    assert "".join(written(second)) == before[0]
    assert "".join(written(engine.load(paths[0]))) == before[1]
