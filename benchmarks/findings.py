"""How right the cleaner is: its findings on real corpora against labels, .venv/bin/python -m benchmarks.findings.

The labels are in benchmarks/labels, the corpora in a folder beside the repository; what is absent is left out.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from benchmarks.labels import ANY_DOCUMENT, FOLDER, Key, Labels, Score, place_of, score
from benchmarks.tables import say, table, write_json
from pipeline.domain.documents import Document, DocumentId, Mark, Post, Recipe, Rule
from pipeline.domain.reading import Item
from pipeline.runner import Target, decide
from pipeline.sources.reading import read_file
from pipeline.stages import near_duplicates, repeats
from pipeline.stages.sentences import sentences
from pipeline.survey import Corpus, survey
from pipeline.tagging import Marked, of_rule

SHARED: Final = Path(__file__).parents[2] / "shared" / "corpora"
CORPORA: Final = {
    "cc-labs": "wxr/cc-labs.xml",
    "benbalter": "markdown/benbalter",
    "bbrantley": "markdown/digitalgov/bbrantley",
    "jparcell": "markdown/digitalgov/jparcell",
    "18f": "markdown/18f",
}
OF_DOCUMENTS: Final[tuple[Rule, ...]] = (
    "language",
    "quotation",
    "guest-post",
    "link-list",
    "stale",
    "series",
    "bio",
)
OF_PLACES: Final[tuple[Rule, ...]] = ("email", "personal-data", "secret", "mojibake")
MANY_TOKENS: Final = 10**9
COVERED: Final = 0.5  # of a sentence, for a mark to be about it


@dataclass(frozen=True)
class Cleaned:
    """A corpus as the cleaner sees it before anything is accepted."""

    corpus: Corpus

    @classmethod
    def of(cls, path: Path) -> "Cleaned":
        return cls(survey(items(path), Recipe()))

    @cached_property
    def documents(self) -> dict[DocumentId, Marked]:
        """By key, as the report names them."""
        return {tagged.key: self.corpus.marked(tagged) for tagged in self.corpus.tagged}

    @cached_property
    def posts(self) -> list[Post]:
        return [Post(key, one.title, one.plain.text, one.document.published_at) for key, one in self.documents.items()]

    @cached_property
    def touched(self) -> dict[Rule, set[str]]:
        """The source's own ids of the documents each finding is about."""
        prepared = decide(self.corpus, Recipe(), Target("", MANY_TOKENS, len))
        return {rule: set(map(self.name, keys)) for rule, keys in prepared.touched.items()}

    def name(self, key: DocumentId) -> str:
        return str(self.documents[key].document.document_id)


def items(path: Path) -> Iterator[Item]:
    for file in sorted(path.glob("*.md*")) if path.is_dir() else [path]:
        for item in read_file(file, name=file.name):
            if not isinstance(item, Document) or (item.kind, item.status) == ("post", "publish"):
                yield item


def scores(cleaned: Cleaned, labels: Labels) -> dict[str, Score]:
    """By rule; rules that nobody labelled in this corpus are not in it."""
    found: dict[str, Score] = {}
    for rule in OF_DOCUMENTS:
        if rule in labels.verdicts or labels.read:
            flagged = {Key(name) for name in cleaned.touched.get(rule, ())}
            found[rule] = score(flagged, labels.verdicts.get(rule, {}), labels.read)
    for rule, finder in FINDERS.items():
        if rule in labels.verdicts:
            found[rule] = score(finder(cleaned), labels.verdicts[rule])
    if "repeated-passage" in labels.verdicts:
        found["repeated-passage"] = repeated(cleaned, labels)
    return {rule: one for rule, one in found.items() if one.labels}


def places(rule: Rule) -> Callable[[Cleaned], set[Key]]:
    def find(cleaned: Cleaned) -> set[Key]:
        return {
            Key(str(one.document.document_id), place_of(text[mark.start : mark.end]))
            for one in cleaned.documents.values()
            for text, marks in ((one.plain.text, one.marks), (one.title, one.title_marks))
            for mark in of_rule(rule, marks)
        }

    return find


def calls(cleaned: Cleaned) -> set[Key]:
    """Sentences that the rule would take out."""
    return {
        Key(str(one.document.document_id), place)
        for one in cleaned.documents.values()
        for place in marked_sentences(one.plain.text, of_rule("call-to-action", one.marks))
    }


def marked_sentences(text: str, marks: Sequence[Mark]) -> Iterator[str]:
    for sentence in sentences(text) if marks else ():
        covered = sum(max(0, min(sentence.end, m.end) - max(sentence.start, m.start)) for m in marks)
        if covered >= COVERED * (sentence.end - sentence.start):
            yield place_of(text[sentence.start : sentence.end])


def pairs(cleaned: Cleaned) -> set[Key]:
    groups = near_duplicates.find_near_duplicates(cleaned.posts)
    named = ((group.keep, copy) for group in groups for copy in group.leave_out)
    return {Key(" ".join(sorted(map(cleaned.name, pair)))) for pair in named}


def repeated(cleaned: Cleaned, labels: Labels) -> Score:
    """Counts every time that a labelled sentence is said; one label is for all documents."""
    marks: dict[DocumentId, list[Mark]] = {}
    for passage in repeats.find_repeats(cleaned.posts):
        for key, some in passage.marks.items():
            marks.setdefault(key, []).extend(some)
    said = labels.verdicts["repeated-passage"]
    total = Score()
    for post in cleaned.posts:
        marked = set(marked_sentences(post.text, marks.get(post.document_id, ())))
        for sentence in sentences(post.text):
            spoken = Key(ANY_DOCUMENT, place_of(post.text[sentence.start : sentence.end]))
            if spoken in said or spoken.place in marked:
                found = [spoken] if spoken.place in marked else []
                total += score(found, {spoken: said[spoken]} if spoken in said else {})
    return total


def short(cleaned: Cleaned) -> set[Key]:
    return {Key(name) for name in cleaned.touched.get("too-short", ())}


FINDERS: Final[dict[Rule, Callable[[Cleaned], set[Key]]]] = {
    **{rule: places(rule) for rule in OF_PLACES},
    "call-to-action": calls,
    "near-duplicate": pairs,
    "too-short": short,
}


def rows(by_corpus: dict[str, dict[str, Score]]) -> Iterator[list[str]]:
    """Of every rule over all corpora, then of each corpus."""
    for rule in dict.fromkeys(rule for one in by_corpus.values() for rule in one):
        of_rule = {name: one[rule] for name, one in by_corpus.items() if rule in one}
        yield row(f"**{rule}**", "all", sum(of_rule.values(), Score()))
        for name, one in of_rule.items():
            yield row("", name, one)


def row(rule: str, corpus: str, one: Score) -> list[str]:
    counts = (one.labels, one.hits + one.confirmed, one.false_alarms, one.misses, one.unlabelled)
    return [rule, corpus, *map(str, counts), one.precision, one.recall]


HEAD: Final = ("rule", "corpus", "labels", "right", "false", "missed", "unlabelled", "precision", "recall")


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.findings", description=__doc__)
    parser.add_argument("--corpora", type=Path, default=SHARED, metavar="FOLDER")
    parser.add_argument("--labels", type=Path, default=FOLDER, metavar="FOLDER")
    parser.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args(argv)
    by_corpus = {
        name: scores(Cleaned.of(given.corpora / path), Labels.from_file(given.labels / f"{name}.tsv"))
        for name, path in CORPORA.items()
        if (given.corpora / path).exists() and (given.labels / f"{name}.tsv").exists()
    }
    if not by_corpus:
        say(f"No corpora in {given.corpora}.\n")
        return 0
    say(table(HEAD, list(rows(by_corpus))))
    write_json(given.json, {name: {rule: asdict(s) for rule, s in one.items()} for name, one in by_corpus.items()})
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
