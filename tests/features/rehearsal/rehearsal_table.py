"""Does the rehearsal predict? Prints the tables of docs/how-to/rehearse.md.

`python -m tests.features.rehearsal.rehearsal_table`

Takes about four minutes on one core and needs the corpora beside the checkout.
"""

import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from pipeline.domain.prepared import Example, Prepared
from pipeline.errors import NothingLeft
from pipeline.rehearsal import Rehearsal, TooFew, rehearse
from tests.unit.test_rehearsal import CHOICES, CORPORA, FIELD_NOTES, prepared, zipped

FOLDERS = ("markdown/benbalter", "markdown/18f", "markdown/digitalgov/bbrantley", "markdown/digitalgov/jparcell")
PLANTED = {
    "a closing line with an address": "Read more at https://example.org/posts/{number} before you go.",
    "a call to subscribe": "Subscribe to our free weekly letter and never miss a post from the people who write it.",
    "a paragraph in HTML": '<p class="note">{opening}</p>',
    "the text of another post": "",
}
DOSES = (0.05, 0.1, 0.2, 0.4)


def sources(folder: Path) -> Iterator[tuple[str, Path, str | None]]:
    yield "examples/field-notes", FIELD_NOTES, "mara"
    yield "cc-labs (about 10 authors)", CORPORA / "wxr" / "cc-labs.xml", None
    yield "cc-labs, one author", CORPORA / "wxr" / "cc-labs.xml", "nathan"
    for name in FOLDERS:
        yield Path(name).name, zipped(CORPORA / name, folder), None
    yield "Chesterton", CORPORA / "authors" / "chesterton-tremendous-trifles.txt", None
    yield "Federalist, Hamilton", CORPORA / "authors" / "federalist.csv", "Hamilton"
    yield "Federalist, all", CORPORA / "authors" / "federalist.csv", None


def rehearsed(rows: Prepared) -> Rehearsal | TooFew:
    return rehearse(rows.of("train"), [*rows.of("validation"), *rows.of("test")])


def predictions(folder: Path) -> Iterator[str]:
    yield "| corpus | fixes | texts | words | verdict | links | code | e-mail | repeated | template | twice |"
    yield "|---|---|---|---|---|---|---|---|---|---|---|"
    for name, path, author in sources(folder):
        for state in CHOICES:
            try:
                rows = prepared(path, state, author)
            except NothingLeft:
                continue
            yield f"| {name} | {state} | {len(rows.examples)} | {rows.words:,} | {cells(rehearsed(rows))} |"


def cells(found: Rehearsal | TooFew) -> str:
    if isinstance(found, TooFew):
        return "too few | | | | | |"
    problems = {problem.rule: problem for problem in found.problems}
    code = found.leaks["markup"] + found.leaks["shortcode"]
    shares = [found.leaks["link"], code, found.leaks["email"], found.leaks["repeated-passage"], found.leaks["series"]]
    verdict = f"**refuse**: {', '.join(problems)}" if problems else "pass"
    return " | ".join([verdict, *(f"{100 * share:.1f}" for share in [*shares, found.twice])])


def doses() -> Iterator[str]:
    yield "| planted in | " + " | ".join(f"{100 * dose:.0f} % of posts" for dose in DOSES) + " |"
    yield "|---" * (1 + len(DOSES)) + "|"
    corpora = [CORPORA / "wxr" / "cc-labs.xml", CORPORA / "authors" / "chesterton-tremendous-trifles.txt"]
    for path in corpora:
        rows = prepared(path, "cleaned")
        for what in PLANTED:
            verdicts = []
            for dose in DOSES:
                found = rehearse(with_fault(rows.of("train"), what, dose), [*rows.of("validation"), *rows.of("test")])
                assert isinstance(found, Rehearsal)
                verdicts.append("refuse" if found.problems else "pass")
            yield f"| {path.stem}: {what} | {' | '.join(verdicts)} |"


def with_fault(train: Sequence[Example], what: str, dose: float) -> list[Example]:
    chosen = set(random.Random(3).sample(range(len(train)), round(dose * len(train))))
    return [faulty(train, number, what) if number in chosen else row for number, row in enumerate(train)]


def faulty(train: Sequence[Example], number: int, what: str) -> Example:
    row = train[number]
    if not PLANTED[what]:
        return replace(row, completion=train[(number + 1) % len(train)].completion)
    planted = PLANTED[what].format(number=number, opening=" ".join(row.completion.split()[:12]))
    return replace(row, completion=f"{row.completion}\n\n{planted}")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for line in chain(predictions(Path(folder)), [""], doses()):
            sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
