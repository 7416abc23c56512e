"""The rehearsal: faults in, refused; faults out, passed. Deterministic, and every rate a rate."""

import random
import zipfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import example as also
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.domain.documents import Choice, DocumentId, ExampleId, Filters, Recipe, Rule
from pipeline.domain.prepared import Example, Prepared
from pipeline.examples import to_jsonl
from pipeline.findings import FIXABLE
from pipeline.rehearsal import Rehearsal, TooFew, Trial, rehearse, try_out
from pipeline.rehearsal.leaks import LEAKS, LeakFinder
from pipeline.rehearsal.rehearse import COPIED_WORDS, DRAFTS, copied_share, said_twice_share
from pipeline.rehearsal.shape import compare, shape_of
from pipeline.runner import Target, prepare
from pipeline.sources.reading import read_file

ROOT = Path(__file__).parents[2]
CORPORA = ROOT.parent / "shared" / "corpora"
FIELD_NOTES = ROOT / "examples" / "field-notes.wordpress.xml"
VOCABULARY = [
    first + last for first in ("ka", "ro", "ten", "mi", "sal", "ver", "do", "lin") for last in ("ga", "est", "wi")
]

State = Literal["untouched", "as it comes", "cleaned"]
CHOICES: dict[State, dict[Rule, Choice]] = {
    "untouched": dict.fromkeys(FIXABLE, "keep"),
    "as it comes": {},
    "cleaned": dict.fromkeys(FIXABLE, "fix"),
}


def example(number: int, text: str, prompt: str = "") -> Example:
    name = f"e{number}"
    asked = prompt or f"Write about {VOCABULARY[number % len(VOCABULARY)]}."
    return Example(ExampleId(name), DocumentId(name), "", asked, text, "train", 0, len(text.split()))


def plain_text(number: int) -> str:
    """Ten sentences of made-up words in five paragraphs; no two numbers share a sentence."""
    chance = random.Random(number)
    said = [" ".join(chance.choices(VOCABULARY, k=chance.randint(6, 14))).capitalize() + "." for _ in range(10)]
    return "\n\n".join(" ".join(said[at : at + 2]) for at in range(0, 10, 2))


def corpus(size: int = 30, ending: str = "", share: float = 1.0) -> list[Example]:
    texts = [plain_text(number) for number in range(size)]
    return [example(n, f"{t}\n\n{ending}" if ending and n < share * size else t) for n, t in enumerate(texts)]


def rehearsed(train: Sequence[Example], held_out: Sequence[Example] = (), seed: int = 0) -> Rehearsal:
    found = rehearse(train, held_out or [example(900 + n, plain_text(900 + n)) for n in range(10)], seed)
    assert isinstance(found, Rehearsal)
    return found


def test_plain_texts_pass() -> None:
    found = rehearsed(corpus())
    assert (found.verdict, found.problems) == ("pass", ())
    assert len(found.samples) == 3


@pytest.mark.parametrize(
    ("ending", "rule"),
    [
        ("Read it at https://example.org/notes today.", "link"),
        ('<p class="note">So it goes.</p>', "markup"),
        ('[gallery ids="1,2"]', "shortcode"),
        ("Write to hello@example.org about it.", "email"),
        ("Subscribe to our free weekly letter and never miss a post.", "repeated-passage"),
    ],
)
def test_a_fault_in_most_texts_is_named_with_how_many_have_it(ending: str, rule: str) -> None:
    found = rehearsed(corpus(ending=ending, share=0.8))
    assert found.verdict == "refuse"
    assert {problem.rule: problem.texts for problem in found.problems}[rule] == 24  # type: ignore[index]  # a rule's name


def test_an_address_in_one_text_of_a_hundred_is_no_problem() -> None:
    assert rehearsed(corpus(100, ending="Read it at https://example.org/notes today.", share=0.01)).verdict == "pass"


def test_posts_of_one_template_are_a_problem() -> None:
    skeleton = (
        "## What we did this week\n\n{}\n\n## What broke and who mended it\n\n{}\n\n## What we would do again\n\n{}"
    )
    rows = [
        example(n, skeleton.format(*plain_text(n).split("\n\n")[:3]), f"Write a post titled “Week {n}”.")
        for n in range(30)
    ]
    assert "series" in {problem.rule for problem in rehearsed(rows).problems}


def test_texts_that_are_there_twice_are_a_problem() -> None:
    rows = corpus()
    twice = [*rows, *(example(100 + n, row.completion) for n, row in enumerate(rows[:10]))]
    [problem] = rehearsed(twice).problems
    assert problem.rule == "near-duplicate"


@pytest.mark.parametrize("size", [0, 1, 19])
def test_under_twenty_texts_say_nothing(size: int) -> None:
    assert rehearse(corpus(size), []) == TooFew(size)


def test_the_same_seed_gives_the_same_and_another_other_drafts() -> None:
    rows = corpus()
    assert rehearsed(rows, seed=4) == rehearsed(rows, seed=4)
    assert rehearsed(rows, seed=4).samples != rehearsed(rows, seed=5).samples


def test_few_held_out_texts_are_compared_with_all() -> None:
    rows = corpus()
    assert rehearsed(rows).shape_from == "held-out"
    assert rehearsed(rows, [example(900, plain_text(900))]).shape_from == "all"


def test_copied_words_are_counted_in_long_runs_only() -> None:
    long = " ".join(f"w{n}" for n in range(COPIED_WORDS + 1))
    assert copied_share([f"so {long}"], [f"and {long} then"]) == pytest.approx(13 / 14)
    assert copied_share([long.rsplit(" ", 1)[0]], [long]) == 0
    assert copied_share([], [long]) == 0
    assert said_twice_share([long, f"{long} x", "other words"]) == pytest.approx(26 / 29)


def test_shape_counts_what_it_says() -> None:
    assert shape_of("One two three. Four five!\n\nSix seven?") == {
        "words": 7,
        "words per sentence": 7 / 3,
        "sentences per paragraph": 1.5,
        "questions": 1,
    }


def test_the_range_leaves_out_a_tenth_at_either_end() -> None:
    real = ["word " * number for number in range(1, 12)]  # 1 to 11 words: tenths at 2 and 10
    [words, *_] = compare(["word " * 11], real)
    assert (words.low, words.high, words.drafted, words.fits) == (2, 10, 11, False)


def test_what_no_training_text_has_is_not_the_datas_fault() -> None:
    """ "Data.gov" is a name and "data." ends a sentence; the local model makes the address data.gov of them."""
    ends = [
        f"For the {n}th time they look at Data.gov." if n % 2 else f"For the {n}th time they look at data."
        for n in range(60)
    ]
    rows = [example(n, f"{plain_text(n)}\n\n{end}") for n, end in enumerate(ends)]
    found = rehearse(rows, [example(900 + n, plain_text(900 + n)) for n in range(10)], samples=DRAFTS)
    assert isinstance(found, Rehearsal)
    finder = LeakFinder.trained_on([])
    assert finder.texts_with(ends)["link"] == 0
    assert finder.texts_with(text for _, text in found.samples)["link"] > 0
    assert found.leaks["link"] == 0
    assert "link" not in {problem.rule for problem in found.problems}


@settings(max_examples=25, deadline=None)
@also(texts=[""] * 17 + ["0000:\x08\x08{"] * 3, seed=0)
@given(st.lists(st.text(max_size=120), min_size=20, max_size=26), st.integers(0, 2**32))
def test_any_texts_give_rates_and_the_same_again(texts: list[str], seed: int) -> None:
    rows = [example(number, text) for number, text in enumerate(texts)]
    found = rehearse(rows[4:], rows[:4], seed)
    assert isinstance(found, Rehearsal)
    assert all(0 <= rate <= 1 for rate in [*found.leaks.values(), found.copied, found.twice])
    assert set(found.leaks) == set(LEAKS)
    # A fault that many rows have is told although no draft of this small model happened to show it.
    assert all(0 <= problem.share <= 1 and 0 < problem.texts <= problem.of_texts for problem in found.problems)
    assert rehearse(rows[4:], rows[:4], seed) == found


def test_stored_rows_are_rehearsed_as_the_examples_were() -> None:
    train, held_out = corpus(), [example(900 + n, plain_text(900 + n)) for n in range(10)]
    tried = try_out(to_jsonl(train), to_jsonl(held_out))
    assert isinstance(tried, Trial)
    assert tried.rehearsal == rehearsed(train, held_out)
    assert try_out(to_jsonl(train[:5]), b"") == TooFew(5)


# Real writing: does it predict?


def zipped(folder: Path, tmp_path: Path) -> Path:
    archive = tmp_path / f"{folder.name}.zip"
    with zipfile.ZipFile(archive, "w") as target:
        for path in sorted(folder.rglob("*.md")):
            target.write(path, path.relative_to(folder.parent))
    return archive


def prepared(path: Path, state: State, author: str | None = None) -> Prepared:
    target = Target("You write in the voice of the author.", 65_536, lambda text: len(text) // 4)
    return prepare(read_file(path, name=path.name), Recipe(Filters(author=author), CHOICES[state]), target)


def completions(folder: Path, tmp_path: Path) -> list[str]:
    return [row.completion for row in prepared(zipped(folder, tmp_path), "cleaned").examples]


@cache
def verdict(path: Path, state: State, author: str | None) -> Rehearsal:
    rows = prepared(path, state, author)
    found = rehearse(rows.of("train"), [*rows.of("validation"), *rows.of("test")])
    assert isinstance(found, Rehearsal)
    return found


@pytest.mark.parametrize(
    ("state", "expected"), [("untouched", "refuse"), ("as it comes", "refuse"), ("cleaned", "pass")]
)
def test_the_planted_blog_fails_dirty_and_passes_clean(state: State, expected: str) -> None:
    assert verdict(FIELD_NOTES, state, "mara").verdict == expected


def test_the_planted_blogs_problems_are_those_that_were_planted() -> None:
    rules = {problem.rule for problem in verdict(FIELD_NOTES, "as it comes", "mara").problems}
    assert rules >= {"link", "repeated-passage", "near-duplicate"}


REAL = {
    "cc-labs": CORPORA / "wxr" / "cc-labs.xml",
    "bbrantley": CORPORA / "markdown" / "digitalgov" / "bbrantley",
    "jparcell": CORPORA / "markdown" / "digitalgov" / "jparcell",
    "chesterton": CORPORA / "authors" / "chesterton-tremendous-trifles.txt",
}


@pytest.mark.skipif(not CORPORA.exists(), reason="the corpora are not beside this checkout")
@pytest.mark.parametrize(
    ("name", "state", "expected"),
    [
        ("cc-labs", "as it comes", "refuse"),
        ("cc-labs", "cleaned", "pass"),
        ("bbrantley", "as it comes", "refuse"),
        ("bbrantley", "cleaned", "pass"),  # 15 % of its words are a bio and boxes, the last under other last ones
        ("jparcell", "as it comes", "refuse"),
        ("jparcell", "cleaned", "pass"),
        ("chesterton", "as it comes", "pass"),  # a book has no web page's faults to take out
    ],
)
def test_real_writing_fails_dirty_and_passes_clean(name: str, state: State, expected: str, tmp_path: Path) -> None:
    path = REAL[name]
    found = verdict(zipped(path, tmp_path) if path.is_dir() else path, state, None)
    assert (found.verdict, found.problems if expected == "pass" else ()) == (expected, ())
