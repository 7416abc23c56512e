"""Two versions of a dataset: what is said of them, and that a recipe repeats itself."""

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import get_args
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.__main__ import main
from bot.diff import read
from pipeline import difference_words, origins
from pipeline.differences import compare
from pipeline.domain.documents import Choice, DocumentId, ExampleId, Filters, Recipe, Rule, Split
from pipeline.domain.origins import Fate, Making, RowsFor, SourceUsed, Text, Version
from pipeline.findings import FIXABLE, RULES

BODY = (
    "On market day {n} we counted {n} carts before the bridge and wrote every name down in the long book. Read "
    "https://example.com/all/{n} when the office is shut; Jonas sorted box {n} again and closed window {n}, "
    "which took him until the {n}th bell, and then the clerk found {n} pages of his own and a pressed fern in {n}."
)


def write_posts(path: Path, numbers: range, body: str = BODY) -> Path:
    rows = [f'{n},"Market day {n}","{body.format(n=n)}",2026-01-{n + 1:02d}' for n in numbers]
    path.write_text("\n".join(["id,title,body,date", *rows]), "utf-8")
    return path


Prepare = Callable[..., Path]


@pytest.fixture
def prepare(tmp_path: Path) -> Prepare:
    def prepared(name: str, *arguments: object) -> Path:
        assert main(["prepare", *map(str, arguments), "--out", str(tmp_path / name)]) == 0
        return tmp_path / name

    return prepared


def hash_of(folder: Path) -> str:
    found: str = json.loads((folder / "report.json").read_text("utf-8"))["content_hash"]
    return found


def said(before: Path, after: Path) -> list[str]:
    one, other = read(str(before)), read(str(after))
    return [line.text for line in difference_words.lines(compare(one, other), one, other)]


def test_a_recipe_repeats_the_rows_though_the_file_has_another_name(tmp_path: Path, prepare: Prepare) -> None:
    posts = write_posts(tmp_path / "posts.csv", range(20))
    first = prepare("first", posts, "--since", "2026-01-03", "--accept-fixes", "link")
    renamed = posts.rename(tmp_path / "renamed.csv")
    again = prepare("again", renamed, "--recipe", first / "recipe.json")
    assert hash_of(again) == hash_of(first)
    assert (again / "recipe.json").read_bytes() == (first / "recipe.json").read_bytes()
    assert said(first, again)[1] == "The rows are the same: a model would be trained on exactly the same words."


def test_the_order_of_the_files_is_the_recipes(tmp_path: Path, prepare: Prepare) -> None:
    one, other = write_posts(tmp_path / "a.csv", range(12)), write_posts(tmp_path / "b.csv", range(12, 24))
    first = prepare("first", one, other)
    again = prepare("again", other, one, "--recipe", first / "recipe.json")
    assert (again / "documents.jsonl").read_bytes() == (first / "documents.jsonl").read_bytes()


def test_a_repetition_on_other_files_says_so(
    tmp_path: Path, prepare: Prepare, capsys: pytest.CaptureFixture[str]
) -> None:
    first = prepare("first", write_posts(tmp_path / "posts.csv", range(20)))
    other = write_posts(tmp_path / "posts.csv", range(1, 21))
    capsys.readouterr()
    prepare("other", other, "--recipe", first / "recipe.json")
    assert "Made by the recipe from other files" in capsys.readouterr().out


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"recipe": {"choices": {"nonsense": "fix"}}}', "\0"])
def test_a_recipe_that_is_none_is_refused_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    posts, recipe = write_posts(tmp_path / "posts.csv", range(12)), tmp_path / "r.json"
    recipe.write_text(content, "utf-8")
    assert main(["prepare", str(posts), "--recipe", str(recipe), "--out", str(tmp_path / "out")]) == 2
    assert "couldn't read" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_recipe_and_choices_beside_it_are_refused(tmp_path: Path, prepare: Prepare) -> None:
    posts = write_posts(tmp_path / "posts.csv", range(12))
    recipe = prepare("first", posts) / "recipe.json"
    arguments = ["prepare", str(posts), "--recipe", str(recipe), "--accept-fixes", "link", "--out", str(tmp_path / "o")]
    assert main(arguments) == 2


def chapters(number: int) -> str:
    """A text of 25 sections, too long for every base that is trained with 8,192 tokens."""
    said = (f"chapter{number}x{section}word{n}" for section in range(25) for n in range(60))
    return "\n\n".join(f"## Section {at}\n\n" + " ".join(islice(said, 60)) + "." for at in range(25))


def test_parts_of_a_split_text_are_told_apart_from_texts(tmp_path: Path, prepare: Prepare) -> None:
    notes = tmp_path / "notes.zip"
    with ZipFile(notes, "w") as packed:
        packed.writestr("book.md", f"# Book\n\n{chapters(1)}\n")
        for number in range(12):
            packed.writestr(f"note{number}.md", f"# Note {number}\n\n{BODY.format(n=number)}\n")
    whole = prepare("whole", notes)
    gone = prepare("gone", notes, "--accept-fixes", "too-long")
    split = prepare("split", notes, "--accept-fixes", "too-long=split")
    parts = [fate.key for fate in read(str(split)).fates if "book.md" in fate.key]
    assert len(parts) > 1 and all("\npart " in key for key in parts)
    assert said(whole, split)[1] == "1 long text split at headings"
    assert said(split, whole)[1] == "1 long text whole again"
    assert not any(" added" in line or "left out" in line for line in [*said(whole, split), *said(split, whole)])
    assert said(gone, split)[1].startswith(f"{len(parts)} texts added: {len(parts)} left out before (too long)")
    assert said(split, gone)[1].startswith(f"{len(parts)} texts left out: {len(parts)} too long")
    fates = {fate.key: fate for fate in read(str(split)).fates}
    assert fates[parts[0]].rules == ("too-long",)
    recipe = json.loads((split / "recipe.json").read_text("utf-8"))
    recipe["recipe"]["excluded"] = [parts[1]]
    (tmp_path / "fewer.json").write_text(json.dumps(recipe), "utf-8")
    fewer = prepare("fewer", notes, "--recipe", tmp_path / "fewer.json")
    lines = said(split, fewer)
    title = fates[parts[1]].title
    assert lines[1] == f"1 text left out: 1 left out by hand – “{title}”"
    assert f"Left out by hand: {title}" in lines


def test_what_changed_is_told_in_words(tmp_path: Path, prepare: Prepare) -> None:
    posts = write_posts(tmp_path / "posts.csv", range(20))
    before = prepare("before", posts)
    after = prepare("after", posts, "--since", "2026-01-06", "--accept-fixes", "link")
    lines = said(before, after)
    assert lines[0].startswith("20 → 15 texts · ")
    assert lines[1] == "5 texts left out: 5 older – “Market day 0”, “Market day 1”, “Market day 2”, …"
    assert lines[2] == "Links taken out of 15 texts"
    assert "Not older than: any day → 2026-01-06" in lines
    back = said(after, before)
    assert back[1] == "5 texts added: 5 left out before (older) – “Market day 0”, “Market day 1”, “Market day 2”, …"
    assert back[2] == "Links put back into 15 texts"


def test_a_new_file_and_a_new_version_of_a_file_are_told(tmp_path: Path, prepare: Prepare) -> None:
    posts = write_posts(tmp_path / "posts.csv", range(12))
    before = prepare("before", posts)
    more = write_posts(tmp_path / "more.csv", range(20, 23))
    write_posts(posts, range(11), BODY + " And so on.")
    lines = said(before, prepare("after", posts, more))
    assert any(line.startswith("3 texts added: 3 new – ") for line in lines)
    assert any(line.startswith("1 text left out: 1 no longer in the files – “Market day 11”") for line in lines)
    assert "11 texts reworded for other reasons, such as another version of the file." in lines
    assert "New files: posts.csv, more.csv" in lines


def test_samples_show_the_words_around_a_change(
    tmp_path: Path, prepare: Prepare, capsys: pytest.CaptureFixture[str]
) -> None:
    posts = write_posts(tmp_path / "posts.csv", range(12))
    before, after = prepare("before", posts), prepare("after", posts, "--accept-fixes", "link")
    capsys.readouterr()
    assert main(["diff", str(before), str(after), "--samples", "1"]) == 0
    printed = capsys.readouterr().out
    assert "Market day" in printed
    assert "[-https://example.com/all/" in printed


def test_a_folder_that_is_none_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", str(tmp_path), str(tmp_path)]) == 2
    assert "recipe.json" in capsys.readouterr().err


MAKING = Making(Recipe(), (SourceUsed("a.csv", "aa"),), RowsFor("", "o200k_base", True, 8192), "1", "")
KEYS = st.sampled_from([DocumentId(f"a.csv\n{n}") for n in range(6)])
WORDS = st.sampled_from(["one", "two", "three"])


@st.composite
def versions(draw: st.DrawFn) -> Version:
    recipe = Recipe(
        Filters(author=draw(st.none() | WORDS)),
        draw(st.dictionaries(st.sampled_from(FIXABLE), st.sampled_from(["fix", "keep"]))),
        excluded=tuple(sorted(draw(st.sets(KEYS)))),
    )
    fates, texts = [], {}
    for key in draw(st.lists(KEYS, unique=True)):
        if draw(st.booleans()):
            text = Text(draw(WORDS), draw(WORDS))
            split: Split = draw(st.sampled_from(get_args(Split)))
            rules = tuple(draw(st.sets(st.sampled_from(FIXABLE), max_size=2)))
            fates.append(Fate(key, key, None, ExampleId(text.completion), split, 1, 1, rules))
            texts[key] = text
        else:
            fates.append(Fate(key, key, draw(st.sampled_from(["older", "series"]))))
    return Version(replace(MAKING, recipe=recipe), tuple(fates), texts)


@given(versions(), versions())
def test_a_difference_adds_up(before: Version, after: Version) -> None:
    difference = compare(before, after)
    assert difference.before.texts + len(difference.added) - len(difference.gone) == difference.after.texts
    assert sum(difference.added_from.values()) == len(difference.added)
    assert sum(difference.gone_to.values()) == len(difference.gone)
    told = [*difference.added, *difference.all_rewritten, *difference.prompts]
    assert len(told) == len(set(told))
    same = {key: text for key, text in after.texts.items() if key not in told}
    assert all(before.texts[key] == text for key, text in same.items())
    assert difference_words.lines(difference, before, after)


@given(versions())
def test_a_version_is_the_same_as_itself(version: Version) -> None:
    difference = compare(version, version)
    assert difference.same_rows
    assert not (difference.choices or difference.filters or difference.sources_added or difference.sources_gone)


CHOICES = st.dictionaries(st.sampled_from(FIXABLE), st.sampled_from(["fix", "keep"]))


@given(CHOICES, st.lists(st.text(), max_size=3), st.dates() | st.none())
def test_a_making_comes_back_as_it_was_written(choices: dict[Rule, Choice], titles: list[str], since: object) -> None:
    filters = Filters(since=since, exclude_titles=tuple(titles))  # type: ignore[arg-type]  # a date
    making = replace(MAKING, recipe=Recipe(filters, choices))
    written = origins.making_bytes(making)
    assert origins.read_making(written) == making
    backwards = replace(making, recipe=Recipe(filters, dict(reversed(choices.items()))))
    assert origins.making_bytes(backwards) == written


def test_every_rule_that_rewrites_says_what_it_did_and_what_was_taken_back() -> None:
    rewriting = {rule for rule, facts in RULES.items() if facts.fixes and facts.fixes[0].effect == "rewrite"}
    assert rewriting == set(difference_words.DONE) & rewriting == set(difference_words.TAKEN_BACK) & rewriting
