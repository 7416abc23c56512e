"""What a reading process remembers between two choices, and what it must not mix up."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot import preparing
from bot.preparing import RowFacts, prepared_round
from pipeline.domain.documents import Choice, Filters, Recipe, Rule
from pipeline.domain.preparing import PreparedFile, PreparedRound
from pipeline.models.tokens import default_cache_dir
from pipeline.sources.reading import Limits

FACTS = RowFacts("o200k_base", exact=True, context_tokens=8192, rank_cache=default_cache_dir())
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
    return prepared_round(files, Recipe(choices=rules), "anna", Limits(), FACTS)


def test_a_second_choice_does_not_read_the_files_again(tmp_path: Path) -> None:
    one = file(tmp_path)
    before = prepared([one])
    one.path.unlink()
    after = prepared([one], link="fix")
    assert before.documents_read == after.documents_read
    assert b"https" in before.train_rows
    assert b"https" not in after.train_rows


def test_other_bytes_filters_and_taggings_are_read_anew(tmp_path: Path) -> None:
    one = file(tmp_path)
    prepared([one])
    assert prepared([file(tmp_path, "b", author="tom")]).content_hash
    assert b"<b>" in prepared([one], markup="keep").train_rows
    tagged = prepared_round([one], Recipe(filters=Filters(author="anna")), "anna", Limits(), FACTS)
    assert tagged.kept == prepared([one]).kept
    assert len(preparing.CORPORA) == preparing.CORPORA_KEPT


def test_what_is_remembered_gives_what_reading_gives(tmp_path: Path) -> None:
    one = file(tmp_path)
    prepared([one])
    remembered = prepared([one], link="fix")
    preparing.CORPORA.clear()
    assert replace(prepared([one], link="fix"), report={}) == replace(remembered, report={})
