"""How well nearest neighbours find wrong labels: real passages, of whose labels a known share is swapped.

.venv/bin/python -m benchmarks.label_doubts
"""

import argparse
import csv
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from benchmarks.findings import CORPORA, SHARED, Cleaned
from benchmarks.labels import share
from benchmarks.tables import say, table
from benchmarks.thresholds import set_to
from pipeline.domain.documents import DocumentId
from pipeline.stages import label_doubts
from pipeline.stages.answers import Answer
from pipeline.stages.label_doubts import find_doubts

PASSAGE_WORDS: Final = 100
OF_A_POST: Final = 4
OF_A_BLOG: Final = 250
OF_A_BOOK: Final = 300
SWAPPED: Final = (0.05, 0.15)
SEEDS: Final = range(5)
# Tags of 18F's blog that are about one thing; posts with just one of them.
TOPICS: Final = frozenset(
    (
        *("procurement", "acquisition services", "user research", "security"),
        *("open source", "events", "agile", "web design system"),
    )
)
NEIGHBOURS: Final = (5, 10, 15, 20)
MOST_VOTES: Final = (0.6, 0.7, 0.8, 0.9)

Labelled = list[tuple[str, str]]  # passage, label


def passages(text: str) -> list[str]:
    words = text.split()
    starts = range(0, len(words) - PASSAGE_WORDS + 1, PASSAGE_WORDS)
    return [" ".join(words[at : at + PASSAGE_WORDS]) for at in starts]


def blogs_and_topics(folder: Path) -> tuple[Labelled, Labelled]:
    """Which of five blogs a passage is from; which of eight things a passage of one blog is about."""
    blogs: Labelled = []
    topics: Labelled = []
    for name, path in CORPORA.items():
        own: Labelled = []
        for one in Cleaned.of(folder / path).documents.values():
            found = passages(one.plain.text)[:OF_A_POST]
            own += [(passage, name) for passage in found]
            tags = TOPICS.intersection(one.document.tags) if name == "18f" else set()
            topics += [(passage, tag) for tag in tags for passage in found if len(tags) == 1]
        blogs += random.Random(name).sample(own, min(OF_A_BLOG, len(own)))
    return blogs, topics


def writers(folder: Path) -> Labelled:
    """Who wrote a passage: Hamilton, Madison or Jay, of one subject and one age, or Chesterton."""
    found: Labelled = []
    with (folder / "authors" / "federalist.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["author"] in ("HAMILTON", "MADISON", "JAY"):
                text = re.sub(r"<\w+>", "", row["text"])
                found += [(passage, row["author"]) for passage in passages(text)[: 2 * OF_A_POST]]
    essays = (folder / "authors" / "chesterton-tremendous-trifles.txt").read_text("utf-8")
    return found + [(passage, "CHESTERTON") for passage in passages(essays)[:OF_A_BOOK]]


def swapped(rows: Labelled, part: float, seed: int) -> tuple[list[Answer], set[DocumentId]]:
    """Labels of which some are wrong, and which those are."""
    chance = random.Random(seed)
    labels = sorted({label for _, label in rows})
    answers, wrong = [], set()
    for number, (passage, label) in enumerate(rows):
        key = DocumentId(str(number))
        if chance.random() < part:
            label = chance.choice([one for one in labels if one != label])
            wrong.add(key)
        answers.append(Answer(key, passage, label))
    return answers, wrong


def scored(rows: Labelled, part: float) -> tuple[int, int, int]:
    """Right, found and swapped, over all seeds."""
    right = found = wrong = 0
    for seed in SEEDS:
        answers, bad = swapped(rows, part, seed)
        doubted = {doubt.key for doubt in find_doubts(answers)}
        right, found, wrong = right + len(doubted & bad), found + len(doubted), wrong + len(bad)
    return right, found, wrong


def line(name: str, part: float, counts: Sequence[int]) -> list[str]:
    right, found, wrong = counts
    return [name, f"{part:.0%}", str(wrong), str(right), str(found - right), share(right, found), share(right, wrong)]


def by_set(sets: dict[str, Labelled]) -> Iterator[list[str]]:
    for name, rows in sets.items():
        for part in SWAPPED:
            yield line(f"{name}, {len(rows):,} passages", part, scored(rows, part))


def by_values(sets: dict[str, Labelled]) -> Iterator[list[str]]:
    """Over all sets together."""
    chosen = (label_doubts.NEIGHBOURS, label_doubts.MOST_VOTES)
    for neighbours in NEIGHBOURS:
        for votes in MOST_VOTES:
            with set_to(label_doubts, "NEIGHBOURS", neighbours), set_to(label_doubts, "MOST_VOTES", votes):
                for part in SWAPPED:
                    counts = [sum(one) for one in zip(*(scored(rows, part) for rows in sets.values()), strict=True)]
                    name = f"{neighbours} neighbours, {votes:g} of the votes"
                    yield line(f"**{name}**" if chosen == (neighbours, votes) else name, part, counts)


HEAD: Final = ("what", "swapped", "labels swapped", "right", "false", "precision", "recall")


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.label_doubts", description=__doc__)
    parser.add_argument("--corpora", type=Path, default=SHARED, metavar="FOLDER")
    given = parser.parse_args(argv)
    if not all((given.corpora / path).exists() for path in (*CORPORA.values(), "authors")):
        say(f"No corpora in {given.corpora}.\n")
        return 0
    blogs, topics = blogs_and_topics(given.corpora)
    sets = {"which blog": blogs, "what about": topics, "who wrote it": writers(given.corpora)}
    say(table(HEAD, list(by_set(sets))))
    say(table(HEAD, list(by_values(sets))))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
