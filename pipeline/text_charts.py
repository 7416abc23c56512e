"""How a set is spread over months and topics, drawn in a line of text each."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pipeline.wording import counted, shortened

NONE: Final = "▁"
COLUMNS: Final = "▂▃▄▅▆▇█"
BAR: Final = "▇"
KEPT: Final = "\u00a0"  # a space at which no line ends, so that a drawing stays beside its number
LONGEST_BAR: Final = 8
MONTHS: Final = 12
MOST_YEARS: Final = 10  # the last ones; a picture has them all
SHOWN_TOPICS: Final = 6
TOPIC_CHARS: Final = 40
FROM: Final = {"tags": "by their own tags", "words": "by words they share and others seldom use"}


def coverage_lines(report: Mapping[str, Any]) -> list[str]:
    """Of a report as report_json makes it. Names of topics come from files: whoever shows them makes them safe."""
    return [*_months(report["by_month"]), *_topics(report.get("topics"))]


def _months(by_month: Mapping[str, int]) -> Iterator[str]:
    """A group for each year that has texts, a column for each of its months: "2021 ▂▁▄▁▁▇▁▁▁▂▁▁ 24"."""
    if len(by_month) < 2:
        return
    most = max(by_month.values())
    years = sorted({month[:4] for month in by_month})
    drawn = []
    for year in years[-MOST_YEARS:]:
        months = [by_month.get(f"{year}-{month:02d}", 0) for month in range(1, MONTHS + 1)]
        columns = "".join(_column(count, most) for count in months)
        drawn.append(f"{year}{KEPT}{columns}{KEPT}{sum(months):,}")
    before = sum(count for month, count in by_month.items() if month[:4] < years[-MOST_YEARS:][0])
    earlier = [f"earlier {before:,}"] if before else []
    yield "By month: " + " · ".join([*earlier, *drawn])


def _column(count: int, most: int) -> str:
    return COLUMNS[(count * len(COLUMNS) - 1) // most] if count else NONE


def _topics(topics: Mapping[str, Any] | None) -> Iterator[str]:
    if topics is None:
        return
    shown = list(topics["texts"].items())[:SHOWN_TOPICS]
    most = shown[0][1]
    drawn = [f"{shortened(name, TOPIC_CHARS)}{KEPT}{_bar(count, most)}{KEPT}{count:,}" for name, count in shown]
    if topics["by"] == "tags":
        others = len(topics["texts"]) - len(shown) + topics["others"]
        drawn += [f"and {counted(others, 'other tag')}"] if others else []
        drawn += [f"{topics['without']:,} without a tag"] if topics["without"] else []
    yield f"About, {FROM[topics['by']]}: " + " · ".join(drawn)


def _bar(count: int, most: int) -> str:
    return BAR * max(1, round(LONGEST_BAR * count / most))
