"""A cleaning report as pictures, each with the same said in words for those who cannot see it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, Final

from pipeline.charts import Bar, lying, upright
from pipeline.reasons import reason_words
from pipeline.text_charts import FROM
from pipeline.wording import counted, shortened

Report = Mapping[str, Any]

ALT_CHARS: Final = 1000  # Slack's limit for the description of an uploaded picture
MAX_COLUMNS: Final = 48  # narrower bars are lost at a third of the size; then quarters, then years
MAX_ROWS: Final = 8
NAMED: Final = 3  # of the biggest bars, and of the gaps, in words
NAME_CHARS: Final = 28  # of a topic beside its bar
LAST_LETTER: Final = "\u024f"  # of the Latin ones: the font that Pillow brings along has hardly any other


@dataclass(frozen=True, slots=True)
class Picture:
    """alt: the picture in words, at most ALT_CHARS. name: fixed, one picture of each per report."""

    name: str
    title: str
    alt: str
    png: bytes


def pictures(report: Report) -> list[Picture]:
    """Those that the report has something for. Equal reports give equal bytes."""
    return [*_months(report), *_topics(report), *_lengths(report), *_left_out(report)]


@dataclass(frozen=True, slots=True)
class Span:
    """A month, quarter or year. words: as a sentence names it; label: as a bar does."""

    words: str
    label: str
    texts: int


@dataclass(frozen=True, slots=True)
class Unit:
    """months: how many one bar stands for."""

    name: str
    months: int

    def start(self, counted: tuple[date, int]) -> date:
        """The first month of the unit that this month is in."""
        at = counted[0]
        return at.replace(month=at.month - (at.month - 1) % self.months)

    def words(self, at: date) -> str:
        quarter = ("first", "second", "third", "fourth")[(at.month - 1) // 3]
        return {"month": f"{at:%B %Y}", "quarter": f"the {quarter} quarter of {at:%Y}", "year": f"{at:%Y}"}[self.name]

    def label(self, at: date) -> str:
        return f"{at:%Y}" if self.name == "year" else f"{at:%b %Y}"


UNITS: Final = (Unit("month", 1), Unit("quarter", 3), Unit("year", 12))


def _months(report: Report) -> Iterator[Picture]:
    if not report["by_month"]:
        return
    spans, kind = _spans(report["by_month"])
    title = f"Texts per {kind}"
    first, last = spans[0].words, spans[-1].words
    alt = (
        f"Bar chart, {title.lower()}, {first} to {last}: {_biggest([(one.words, one.texts) for one in spans], 'in ')}."
    )
    alt += _gaps(spans)
    undated = report["kept"] - sum(report["by_month"].values())
    if undated:
        alt += f" {undated:,} more {'has' if undated == 1 else 'have'} no date."
    yield Picture("months", title, alt[:ALT_CHARS], upright(title, [Bar(one.label, one.texts) for one in spans]))


def _spans(by_month: Mapping[str, int]) -> tuple[list[Span], str]:
    """Every month between the first and the last, in units that leave the bars wide enough."""
    for unit in UNITS:
        counted = [(at, sum(texts for _, texts in held)) for at, held in groupby(_every_month(by_month), unit.start)]
        if len(counted) <= MAX_COLUMNS:
            break
    return [Span(unit.words(at), unit.label(at), texts) for at, texts in counted], unit.name


def _every_month(by_month: Mapping[str, int]) -> Iterator[tuple[date, int]]:
    first, last = min(by_month), max(by_month)
    year, month = int(first[:4]), int(first[5:7])
    while (key := f"{year:04d}-{month:02d}") <= last:
        yield date(year, month, 1), by_month.get(key, 0)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def _biggest(named: Sequence[tuple[str, int]], before: str = "") -> str:
    """ "most in March 2022 (12), then June 2021 (9) and May 2021 (8)" """
    order = [one for one in sorted(named, key=lambda one: -one[1]) if one[1]][:NAMED]
    listed = [f"{words} ({count:,})" for words, count in order]
    return f"most {before}{listed[0]}" + (f", then {' and '.join(listed[1:])}" if len(listed) > 1 else "")


def _gaps(spans: Sequence[Span]) -> str:
    runs = [list(held) for empty, held in groupby(spans, lambda one: not one.texts) if empty]
    longest = sorted(runs, key=len, reverse=True)[:NAMED]
    if not longest:
        return " No gaps."
    said = [run[0].words if len(run) == 1 else f"{run[0].words} to {run[-1].words}" for run in longest]
    more = f", and {len(runs) - NAMED:,} shorter gaps" if len(runs) > NAMED else ""
    return f" None in {'; '.join(said)}{more}."


def _topics(report: Report) -> Iterator[Picture]:
    """Reports of earlier versions have none. Letters that the font lacks are left to the line of text."""
    topics = report.get("topics")
    shown = list(topics["texts"].items())[:MAX_ROWS] if topics else []
    if not topics or any(letter > LAST_LETTER for name, _ in shown for letter in name):
        return
    title = f"What the texts are about, {FROM[topics['by']]}"
    listed = ", ".join(f"{shortened(name, NAME_CHARS)} {count:,}" for name, count in shown)
    alt = (
        f"Bar chart, {title[0].lower()}{title[1:]}, of {topics['of']:,} texts: {listed}. A text may count for several."
    )
    if topics["without"]:
        alt += f" {topics['without']:,} {'has' if topics['without'] == 1 else 'have'} no tag."
    others = topics["others"] + len(topics["texts"]) - len(shown)
    alt += f" {counted(others, 'more tag' if topics['by'] == 'tags' else 'more word')} not shown." if others else ""
    yield Picture("topics", title, alt[:ALT_CHARS], lying(title, [Bar(shortened(n, NAME_CHARS), c) for n, c in shown]))


def _lengths(report: Report) -> Iterator[Picture]:
    """Bars of equal width, as the report counts them."""
    bars = report["lengths"]
    if not bars:
        return
    title = "How long the texts are, in words"
    named = [(f"{bar['from']:,} to {bar['below'] - 1:,} words", bar["examples"]) for bar in bars]
    alt = f"Bar chart, {title[0].lower()}{title[1:]}: {_biggest(named, 'have ')}. The longest "
    alt += f"{_counted(bars[-1]['examples'])} {bars[-1]['from']:,} words or more."
    drawn = [Bar(f"{bar['from']:,}", bar["examples"]) for bar in bars]
    yield Picture("lengths", title, alt[:ALT_CHARS], upright(title, drawn, labels_at_edges=True))


def _counted(texts: int) -> str:
    return "has" if texts == 1 else f"{texts:,} have"


def _left_out(report: Report) -> Iterator[Picture]:
    if not report["left_out"]:
        return
    reasons = sorted(report["left_out"].items(), key=lambda one: (-one[1], one[0]))
    rows = [(reason_words(reason), count) for reason, count in reasons]
    if len(rows) > MAX_ROWS:
        rows = [*rows[: MAX_ROWS - 1], ("other reasons", sum(count for _, count in rows[MAX_ROWS - 1 :]))]
    title = f"Kept and left out, of {report['documents_read']:,} read"
    alt = f"Bar chart: of {report['documents_read']:,} items read, {report['kept']:,} were kept. Left out: "
    alt += ", ".join(f"{count:,} {words}" for words, count in rows) + "."
    bars = [Bar("kept", report["kept"]), *(Bar(words, count, marked=True) for words, count in rows)]
    yield Picture("left-out", title, alt[:ALT_CHARS], lying(title, bars))
