"""What a reading process remembers between two choices, and what it must not mix up."""

import multiprocessing
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from bot import preparing
from bot.crew import Crew
from bot.preparing import PreparingJob, RowFacts, prepared_round
from pipeline.domain.documents import Choice, Filters, Recipe, Rule
from pipeline.domain.preparing import PreparedFile, PreparedRound
from pipeline.models.tokens import default_cache_dir
from pipeline.sources.reading import Limits

FACTS = RowFacts("o200k_base", exact=True, context_tokens=8192, rank_cache=default_cache_dir())
NUMBERS = count()
BODY = "Anna mended the gate and wrote to <b>Tom</b> about it, see https://example.org/gate for a picture. " * 8


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    preparing.CORPORA.clear()
    yield
    preparing.CORPORA.clear()


def file(folder: Path, sha256: str = "a", author: str = "anna") -> PreparedFile:
    path = folder / f"{sha256}.csv"
    rows = [f'Title {number} {word},"{BODY} {word} {number}",{author}' for number, word in enumerate("abcdefghijkl")]
    path.write_text("title,body,author\n" + "\n".join(rows))
    return PreparedFile(path, "posts.csv", sha256)


def prepared(files: list[PreparedFile], **choices: Choice) -> PreparedRound:
    rules: dict[Rule, Choice] = {rule.replace("_", "-"): choice for rule, choice in choices.items()}  # type: ignore[misc]
    return prepared_round(job(files, Recipe(choices=rules)))


def job(files: list[PreparedFile], recipe: Recipe) -> PreparingJob:
    folder = files[0].path.parent / f"rows-{next(NUMBERS)}"
    folder.mkdir()
    return PreparingJob(tuple(files), recipe, "anna", Limits(), FACTS, folder)


def test_a_second_choice_does_not_read_the_files_again(tmp_path: Path) -> None:
    one = file(tmp_path)
    before = prepared([one])
    one.path.unlink()
    after = prepared([one], link="fix")
    assert before.documents_read == after.documents_read
    assert b"https" in before.train_rows.read_bytes()
    assert b"https" not in after.train_rows.read_bytes()


def test_other_bytes_filters_and_taggings_are_read_anew(tmp_path: Path) -> None:
    one = file(tmp_path)
    prepared([one])
    assert prepared([file(tmp_path, "b", author="tom")]).content_hash
    assert b"<b>" in prepared([one], markup="keep").train_rows.read_bytes()
    tagged = prepared_round(job([one], Recipe(filters=Filters(author="anna"))))
    assert tagged.kept == prepared([one]).kept
    assert len(preparing.CORPORA) == preparing.CORPORA_KEPT


def test_what_is_remembered_gives_what_reading_gives(tmp_path: Path) -> None:
    one = file(tmp_path)
    prepared([one])
    remembered = prepared([one], link="fix")
    preparing.CORPORA.clear()
    again = prepared([one], link="fix")
    assert contents(again) == contents(remembered)
    assert again.content_hash == remembered.content_hash


def contents(of: PreparedRound) -> list[bytes]:
    return [path.read_bytes() for path in (of.train_rows, of.validation_rows, of.test_rows)] + [of.fates]


def many(folder: Path) -> PreparedFile:
    rows = [f'Title {number},"{BODY} Number {number} is the {number % 7}th of its kind.",anna' for number in range(400)]
    path = folder / "many.csv"
    path.write_text("title,body,author\n" + "\n".join(rows))
    return PreparedFile(path, "many.csv", "many")


def test_a_crew_gives_what_one_process_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = prepared([many(tmp_path)])
    preparing.CORPORA.clear()
    crew = Crew(2, multiprocessing.Semaphore(1))
    monkeypatch.setattr(preparing, "CREW", crew)
    together = prepared([many(tmp_path)])
    assert contents(together) == contents(alone)
    assert together.content_hash == alone.content_hash
    assert together.findings == alone.findings
    assert crew.free.acquire(block=False)


def test_a_crew_works_for_one_preparation_at_a_time() -> None:
    crew = Crew(2, multiprocessing.Semaphore(1))
    with crew.hired() as first, crew.hired() as second:
        assert first is not None
        assert second is None
    with crew.hired() as again:
        assert again is not None


def test_one_process_has_no_crew() -> None:
    with Crew(1, multiprocessing.Semaphore(1)).hired() as executor:
        assert executor is None


def test_a_large_set_is_remembered_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "DOCUMENTS_KEPT", 20)
    prepared([file(tmp_path)])
    prepared([file(tmp_path, "b")])
    assert [len(corpus.tagged) for corpus in preparing.CORPORA.values()] == [12]
