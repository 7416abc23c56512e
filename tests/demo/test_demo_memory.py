"""How the demo's people tell which of two texts sounds more like the owner."""

import zipfile
from pathlib import Path

from bot.demo.memory import SURE_OF_NEW, Ear, memory_of, texts_in

OWN = "I was wrong about the spade, and I was wrong about the frost, which is to say about the whole of March."
OTHER = "The quarterly figures exceed all expectations, and the board thanks every member of the team for them."


def test_the_text_with_more_of_the_owners_words_is_preferred_on_either_side() -> None:
    ear = Ear(memory_of([OWN]))
    assert (ear.prefers(OWN, OTHER), ear.prefers(OTHER, OWN)) == ("A", "B")


def test_a_difference_that_two_texts_of_one_writer_have_is_none() -> None:
    ear = Ear(memory_of([f"{OWN} {OTHER}"]))
    assert ear.prefers(OWN, OTHER) == "equal"


def test_what_a_round_brought_is_heard_in_a_few_words() -> None:
    ear = Ear(memory_of([OWN]), SURE_OF_NEW)
    long = " ".join(f"word{number}" for number in range(200))
    assert ear.prefers(f"{long} I was wrong about the spade", long) == "A"


def test_texts_of_an_archive_are_read_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "notes.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("one.md", OWN)
        archive.writestr("two.md", OTHER)
    assert list(texts_in([path])) == [OWN, OTHER]
