"""Prepare real exports and the planted one: counts told a second way, and nothing of a web page left in a row."""

import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.prepare import main
from pipeline.domain.documents import Filters, Recipe, Rule
from pipeline.domain.prepared import Prepared
from pipeline.errors import EmptyFile, NothingLeft, UnreadableFile
from pipeline.findings import FIXABLE
from pipeline.models.tokens import token_counter
from pipeline.runner import Target, prepare
from pipeline.sources.reading import read_file

ROOT = Path(__file__).parents[2]
CORPORA = ROOT.parent / "shared" / "corpora"
FIELD_NOTES = ROOT / "examples" / "field-notes.wordpress.xml"
EXPORTS = sorted((CORPORA / "wxr").glob("*.xml"))
ALL = dict.fromkeys(FIXABLE, "fix")

# Written without looking at the stages: what a reader would call code or an address.
LEFTOVERS = {
    "tag": re.compile(
        r"</?(?:p|div|span|a|img|br|hr|em|strong|b|i|ul|ol|li|h[1-6]|table|t[rdh]|iframe|script|pre)\b[^>]*>"
    ),
    "comment": re.compile(r"<!--|-->"),
    "shortcode": re.compile(r"\[/?(?:caption|gallery|embed|video|audio|playlist|youtube|contact-form-7)\b|\{\{[<%]"),
    "address": re.compile(r"https?://\w|\bwww\.\w"),
    "e-mail": re.compile(r"[\w.+-]+@[\w-]+\.\w{2,}"),
}


def prepared_from(path: Path, author: str | None, *, fixes: bool, context_tokens: int = 65_536) -> Prepared:
    recipe = Recipe(Filters(author=author), ALL if fixes else {})  # type: ignore[arg-type]  # FIXABLE are rules
    target = Target(f"You write in the voice of {author}.", context_tokens, token_counter("o200k_base").count)
    return prepare(read_file(path, name=path.name), recipe, target)


def leftovers(prepared: Prepared) -> list[tuple[str, str, str]]:
    return [
        (example.document_id, name, match[0])
        for example in prepared.examples
        for text in (example.prompt, example.completion)
        for name, pattern in LEFTOVERS.items()
        for match in pattern.finditer(text)
    ]


def counted_by_hand(path: Path) -> Counter[str]:
    """Items of an export by what a plain search in its text says of each, under the reason the filters give."""
    items = re.findall(r"<item(?:\s[^>]*)?>(.*?)</item>", path.read_text("utf-8", errors="replace"), re.DOTALL)
    return Counter(_reason(item) for item in items)


def _reason(item: str) -> str:
    kind, status = (_field(item, name) for name in ("post_type", "status"))
    if kind not in {"post", ""}:  # an item that does not say is a post
        return "other-kind"
    return "passed" if status in {"publish", ""} else "not-published"


def _field(item: str, name: str) -> str:
    match = re.search(rf"<(?:\w+:)?{name}>\s*(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?\s*</", item, re.DOTALL)
    return match[1].strip() if match else ""


@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: path.stem)
def test_an_export_adds_up_and_comes_out_clean(path: Path) -> None:
    by_hand = counted_by_hand(path)
    try:
        prepared = prepared_from(path, None, fixes=True)
    except NothingLeft as nothing:
        assert (nothing.documents_read, by_hand["passed"]) == (by_hand.total(), 0)
        return
    except (EmptyFile, UnreadableFile):
        assert by_hand.total() == 0
        return
    counts = prepared.left_out_counts
    assert prepared.documents_read == by_hand.total() == prepared.kept + sum(counts.values())
    assert {reason: counts.get(reason, 0) for reason in ("other-kind", "not-published")} == {
        reason: by_hand[reason] for reason in ("other-kind", "not-published")
    }
    assert leftovers(prepared) == []


def zipped(folder: Path, tmp_path: Path) -> Path:
    archive = tmp_path / f"{folder.name}.zip"
    with zipfile.ZipFile(archive, "w") as target:
        for path in sorted(folder.rglob("*.md")):
            target.write(path, path.relative_to(folder.parent))
    return archive


@pytest.mark.skipif(not CORPORA.exists(), reason="the corpora are not beside this checkout")
def test_a_zip_of_markdown_comes_out_clean(tmp_path: Path) -> None:
    folder = CORPORA / "markdown" / "digitalgov" / "bbrantley"
    prepared = prepared_from(zipped(folder, tmp_path), None, fixes=True)
    assert prepared.documents_read == len(list(folder.glob("*.md"))) == 115
    assert prepared.documents_read == prepared.kept + len(prepared.left_out)
    assert leftovers(prepared) == []
    said = sum("All opinions are his own" in example.completion for example in prepared.examples)
    assert said == 0


@pytest.mark.skipif(not CORPORA.exists(), reason="the corpora are not beside this checkout")
def test_one_author_of_a_table_is_told_from_the_others(tmp_path: Path) -> None:
    path = CORPORA / "authors" / "federalist.csv"
    assert main([str(path), "--author", "Hamilton", "--out", str(tmp_path)]) == 0
    told = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert (told["documents_read"], told["kept"], told["left_out"]) == (85, 51, {"other-author": 34})


# The planted blog


@cache
def answer_key() -> Any:
    return json.loads((FIELD_NOTES.parent / "planted.json").read_text("utf-8"))


@cache
def field_notes(*, fixes: bool, context_tokens: int) -> Prepared:
    return prepared_from(FIELD_NOTES, "mara", fixes=fixes, context_tokens=context_tokens)


def found(rule: Rule, context_tokens: int = 2048) -> set[int]:
    prepared = field_notes(fixes=False, context_tokens=context_tokens)
    return {int(one) for finding in prepared.findings if finding.rule == rule for one in finding.document_ids}


def planted_in(*faults: str) -> set[int]:
    return {number for fault in faults for number in answer_key()["faults"][fault]}


@pytest.mark.parametrize(
    ("rule", "faults"),
    [
        ("shortcode", ["shortcode"]),
        ("link", ["link"]),
        ("email", ["email"]),
        ("personal-data", ["phone"]),
        ("secret", ["secret"]),
        ("mojibake", ["mojibake"]),
        ("empty", ["empty"]),
        ("language", ["other_language"]),
        ("quotation", ["mostly_quotation"]),
        ("series", ["series"]),
        ("repeated-passage", ["letter", "bio"]),
        ("too-short", ["very_short"]),
        ("too-long", ["over_2048_tokens"]),
    ],
)
def test_a_planted_fault_is_found_where_it_is_and_nowhere_else(rule: Rule, faults: Iterable[str]) -> None:
    assert found(rule) == planted_in(*faults)


def test_the_longest_essay_fits_less() -> None:
    assert found("too-long", 4096) == planted_in("over_4096_tokens")


def test_one_of_each_planted_pair_is_a_copy() -> None:
    copies = found("near-duplicate")
    pairs = answer_key()["near_duplicate_pairs"]
    assert [len(copies & set(pair)) for pair in pairs] == [1] * len(pairs)
    assert copies <= {number for pair in pairs for number in pair}


def test_the_planted_blog_is_counted_as_its_key_says() -> None:
    totals = answer_key()["totals"]
    prepared = field_notes(fixes=False, context_tokens=2048)
    counts = prepared.left_out_counts
    assert prepared.documents_read == totals["items"]
    assert counts.pop("empty") == 1
    assert counts == {
        "other-kind": totals["left_out"]["kind"],
        "other-author": totals["left_out"]["author"],
        "not-published": totals["left_out"]["status"],
    }
    days = (prepared.first_published, prepared.last_published)
    assert [str(day) for day in days] == [totals["first_day"], totals["last_day"]]


def test_accepting_everything_cleans_the_planted_blog_and_keeps_its_habits() -> None:
    prepared = field_notes(fixes=True, context_tokens=2048)
    assert leftovers(prepared) == []
    key = answer_key()
    written = {int(example.document_id): example.completion for example in prepared.examples}
    everything = "\n".join(f"{example.prompt}\n{example.completion}" for example in prepared.examples)
    assert [secret for secret in key["never_read"] if secret in everything] == []
    assert [number for number, words in key["must_stay"]["brackets"] if words not in written.get(number, words)] == []
    assert all(everything.count(phrase) > 10 for phrase in key["must_stay"]["pet_phrases"])
    assert "Saturday letter: one page" not in everything
    assert {finding.rule for finding in prepared.blockers} == set()
