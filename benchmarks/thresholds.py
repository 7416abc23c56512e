"""What other values of the cleaner's thresholds would find on the labelled corpora.

.venv/bin/python -m benchmarks.thresholds
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any, Final, NamedTuple

from benchmarks.findings import CORPORA, SHARED, Cleaned, marked_sentences, pairs, repeated
from benchmarks.labels import FOLDER, Key, Labels, Score, score
from benchmarks.tables import say, table
from pipeline import cleaning
from pipeline.domain.documents import Rule
from pipeline.stages import (
    edges,
    interviews,
    language,
    link_lists,
    near_duplicates,
    quotations,
    repeats,
    series,
    stale,
)
from pipeline.tagging import Marked, of_rule


class Sweep(NamedTuple):
    rule: Rule
    module: ModuleType
    constant: str
    values: tuple[float, ...]


SWEEPS: Final = (
    Sweep("quotation", quotations, "MOSTLY", (0.3, 0.4, 0.5, 0.6, 0.7)),
    Sweep("quotation", interviews, "MIN_TURNS", (3, 4, 6, 8, 12)),
    Sweep("quotation", interviews, "MOST_OF_ASKING", (0.1, 0.25, 0.5)),
    Sweep("link-list", link_lists, "LINKED_WORDS_SHARE", (0.3, 0.4, 0.5)),
    Sweep("link-list", link_lists, "MOST_OWN_WORDS", (100, 250, 400)),
    Sweep("stale", stale, "SIGNS_NEEDED", (1, 2, 3)),
    Sweep("stale", stale, "MAX_CHARS", (2_000, 4_000, 8_000)),
    Sweep("language", language, "MIN_CONFIDENCE", (0.3, 0.6, 0.9)),
    Sweep("series", series, "MIN_SKELETON", (0.1, 0.2, 0.3, 0.5, 0.7)),
    Sweep("near-duplicate", near_duplicates, "MIN_CONTAINMENT", (0.3, 0.45, 0.6, 0.75)),
    Sweep("near-duplicate", near_duplicates, "MIN_JACCARD", (0.2, 0.35, 0.5, 0.65)),
    Sweep("call-to-action", edges, "LAST_CHARS", (300, 700, 900)),
    Sweep("call-to-action", edges, "TAIL_CHARS", (400, 900, 2_000)),
    Sweep("too-short", cleaning, "TOO_SHORT_WORDS", (30, 40, 50, 60)),
    Sweep("repeated-passage", repeats, "MIN_POSTS", (2, 3, 5)),
    Sweep("repeated-passage", repeats, "MIN_AT_EDGE", (0.5, 0.7, 0.9)),
    Sweep("repeated-passage", repeats, "VARIANT_RATIO", (75.0, 85.0, 95.0)),
)


def quoted(one: Marked) -> bool:
    return quotations.is_quoted(one.plain.text, (one.document.author, one.document.author_name))


def listed(one: Marked) -> bool:
    return link_lists.is_link_list(one.plain.text, [*of_rule("link", one.marks), *one.plain.anchors])


def short(one: Marked) -> bool:
    return 0 < len(one.plain.text.split()) < cleaning.TOO_SHORT_WORDS


def named(is_one: Callable[[Marked], bool]) -> Callable[[Cleaned], set[Key]]:
    return lambda cleaned: {Key(cleaned.name(key)) for key, one in cleaned.documents.items() if is_one(one)}


def out_of_date(cleaned: Cleaned) -> set[Key]:
    days: dict[Any, datetime] = {p.document_id: p.published_at for p in cleaned.posts if p.published_at}
    old = stale.long_before_the_newest(days)
    return {
        Key(cleaned.name(key))
        for key, one in cleaned.documents.items()
        if stale.is_dated(one.title, one.plain.text) or ("version" in one.flags and key in old)
    }


def foreign(cleaned: Cleaned) -> set[Key]:
    return {Key(cleaned.name(key)) for key in language.find_foreign(cleaned.posts)}


def from_templates(cleaned: Cleaned) -> set[Key]:
    return {Key(cleaned.name(key)) for one in series.find_series(cleaned.posts) for key in one.document_ids}


def calls(cleaned: Cleaned) -> set[Key]:
    return {
        Key(str(one.document.document_id), place)
        for one in cleaned.documents.values()
        for place in marked_sentences(one.plain.text, edges.find_calls(one.plain.text))
    }


AGAIN: Final[dict[Rule, Callable[[Cleaned], set[Key]]]] = {
    "quotation": named(quoted),
    "link-list": named(listed),
    "stale": out_of_date,
    "language": foreign,
    "series": from_templates,
    "near-duplicate": pairs,
    "call-to-action": calls,
    "too-short": named(short),
}
READ_COUNTS: Final = ("quotation", "link-list", "stale", "language", "series")  # silence on a document read is a "no"


@contextmanager
def set_to(module: ModuleType, constant: str, value: float) -> Iterator[None]:
    chosen = getattr(module, constant)
    setattr(module, constant, value)
    try:
        yield
    finally:
        setattr(module, constant, chosen)


def tried(sweep: Sweep, corpora: Sequence[tuple[Cleaned, Labels]]) -> Iterator[list[str]]:
    chosen = getattr(sweep.module, sweep.constant)
    for value in sorted({*sweep.values, chosen}):
        with set_to(sweep.module, sweep.constant, value):
            total = sum((scored(sweep.rule, *one) for one in corpora), Score())
        shown = f"**{value:g}**" if value == chosen else f"{value:g}"
        right = str(total.hits + total.confirmed)
        counts = (right, str(total.false_alarms), str(total.misses), str(total.unlabelled))
        yield [sweep.rule, f"`{sweep.constant}`", shown, *counts, total.precision, total.recall]


def scored(rule: Rule, cleaned: Cleaned, labels: Labels) -> Score:
    if rule == "repeated-passage":
        return repeated(cleaned, labels) if rule in labels.verdicts else Score()
    read = labels.read if rule in READ_COUNTS else ()
    said = labels.verdicts.get(rule, {})
    return score(AGAIN[rule](cleaned), said, read) if said or read else Score()


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.thresholds", description=__doc__)
    parser.add_argument("--corpora", type=Path, default=SHARED, metavar="FOLDER")
    given = parser.parse_args(argv)
    corpora = [
        (Cleaned.of(given.corpora / path), Labels.from_file(FOLDER / f"{name}.tsv"))
        for name, path in CORPORA.items()
        if (given.corpora / path).exists()
    ]
    if not corpora:
        say(f"No corpora in {given.corpora}.\n")
        return 0
    head = ("rule", "threshold", "value", "right", "false", "missed", "unlabelled", "precision", "recall")
    say(table(head, [row for sweep in SWEEPS for row in tried(sweep, corpora)]))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
