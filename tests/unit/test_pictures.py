"""Pictures: the same for the same report, readable on light and dark, and said in words."""

import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pipeline import charts
from pipeline.pictures import ALT_CHARS, MAX_COLUMNS, MAX_ROWS, Picture, pictures
from pipeline.reasons import REASONS

WHITE, DARK = (255, 255, 255), (0x1A, 0x1D, 0x21)  # Slack's two backgrounds


def report(**more: Any) -> dict[str, Any]:
    return {
        "documents_read": 1204,
        "kept": 30,
        "by_month": {"2021-04": 9, "2021-05": 8, "2022-03": 12},
        "topics": {"by": "tags", "texts": {"tools": 18, "garden": 9}, "of": 30, "without": 5, "others": 0},
        "lengths": [{"from": 0, "below": 500, "examples": 9}, {"from": 500, "below": 1000, "examples": 21}],
        "left_out": {"other-author": 611, "older": 197, "other-kind": 188},
    } | more


def drawn(**more: Any) -> dict[str, Picture]:
    return {one.name: one for one in pictures(report(**more))}


def pixels(picture: Picture) -> Image.Image:
    return Image.open(io.BytesIO(picture.png)).convert("RGB")


def luminance(colour: charts.Colour) -> float:
    """WCAG 2, relative luminance."""
    parts = [value / 255 for value in colour]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: charts.Colour, other: charts.Colour) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_words_and_bars_keep_their_contrast_on_any_page() -> None:
    """WCAG 1.4.3 asks 4.5 of letters, 1.4.11 asks 3 of shapes."""
    assert contrast(charts.INK, charts.PAPER) > 15
    assert contrast(charts.SOFT_INK, charts.PAPER) > 4.5
    assert min(contrast(bar, charts.PAPER) for bar in (charts.BLUE, charts.ORANGE)) > 3
    assert min(contrast(charts.BORDER, page) for page in (WHITE, DARK)) > 3


@pytest.mark.parametrize("name", ["months", "topics", "lengths", "left-out"])
def test_a_picture_is_opaque_framed_and_small(name: str) -> None:
    picture = drawn()[name]
    image = pixels(picture)
    assert (image.size, image.mode) == ((charts.WIDTH, charts.HEIGHT), "RGB")
    corners = [image.getpixel(place) for place in ((0, 0), (image.width - 1, 0), (0, image.height - 1))]
    assert all(close(corner, charts.BORDER) for corner in corners)
    assert close(image.getpixel((20, 20)), charts.PAPER)
    assert len(picture.png) < 40_000


def close(found: Any, wanted: charts.Colour) -> bool:
    """A palette rounds a little."""
    return all(abs(one - other) <= 6 for one, other in zip(found, wanted, strict=True))


def test_the_same_report_gives_the_same_bytes() -> None:
    assert pictures(report()) == pictures(report())
    assert drawn()["months"].png != drawn(by_month={"2021-04": 9})["months"].png


def test_the_words_name_the_biggest_bars_and_the_gaps() -> None:
    assert drawn()["months"].alt == (
        "Bar chart, texts per month, April 2021 to March 2022: most in March 2022 (12), then April 2021 (9) and "
        "May 2021 (8). None in June 2021 to February 2022. 1 more has no date."
    )
    assert drawn()["lengths"].alt == (
        "Bar chart, how long the texts are, in words: most have 500 to 999 words (21), then 0 to 499 words (9). "
        "The longest 21 have 500 words or more."
    )
    assert drawn()["left-out"].alt == (
        "Bar chart: of 1,204 items read, 30 were kept. Left out: 611 other authors, 197 older, "
        "188 pages and other kinds."
    )


def test_what_a_report_lacks_is_not_drawn() -> None:
    assert list(drawn(by_month={}, topics=None, left_out={})) == ["lengths"]
    assert list(drawn(by_month={}, topics=None, left_out={}, lengths=[])) == []


@pytest.mark.parametrize(("last", "kind"), [("2024-12", "month"), ("2025-01", "quarter"), ("2033-01", "year")])
def test_many_months_become_quarters_and_years(last: str, kind: str) -> None:
    """From January 2021: 48 months fit, 48 quarters fit."""
    assert drawn(by_month={"2021-01": 1, last: 1})["months"].title == f"Texts per {kind}"


def test_many_reasons_are_summed() -> None:
    alt = drawn(left_out={reason: number + 1 for number, reason in enumerate(REASONS)})["left-out"].alt
    counts = [int(part.split()[0]) for part in alt.split("Left out: ")[1].split(", ")]
    assert len(counts) == MAX_ROWS and sum(counts) == sum(range(1, len(REASONS) + 1))
    assert alt.endswith("other reasons.")


MONTHS = st.dictionaries(
    st.tuples(st.integers(1990, 2030), st.integers(1, 12)).map(lambda at: f"{at[0]}-{at[1]:02d}"),
    st.integers(1, 10**6),
    max_size=60,
)
COUNTS = st.lists(st.integers(0, 10**5), max_size=20).filter(lambda counts: not counts or counts[-1] > 0)


@settings(max_examples=25, deadline=None)
@given(MONTHS, COUNTS, st.dictionaries(st.sampled_from(sorted(REASONS)), st.integers(1, 10**7)), st.integers(0, 10**7))
def test_any_report_can_be_drawn_and_said(
    by_month: dict[str, int], counts: list[int], left_out: dict[str, int], kept: int
) -> None:
    lengths = [{"from": 500 * n, "below": 500 * n + 500, "examples": count} for n, count in enumerate(counts)]
    found = pictures(report(by_month=by_month, topics=None, lengths=lengths, left_out=left_out, kept=kept))
    assert [one.name for one in found] == [
        name for name, there in (("months", by_month), ("lengths", lengths), ("left-out", left_out)) if there
    ]
    for one in found:
        assert 20 < len(one.alt) <= ALT_CHARS and "<" not in one.alt
        assert pixels(one).size == (charts.WIDTH, charts.HEIGHT)


def test_a_single_text_among_a_thousand_is_seen() -> None:
    blue = [close(one, charts.BLUE) for one in column(drawn(by_month={"2021-01": 1000, "2021-02": 1})["months"])]
    assert any(blue)


def column(picture: Picture) -> list[Any]:
    """The pixels from top to bottom at three quarters of the width, the middle of the second of two bars."""
    image = pixels(picture)
    return [image.getpixel((image.width * 3 // 4, y)) for y in range(image.height)]


def test_bars_stay_wide_enough_to_be_seen_at_a_third_of_the_size() -> None:
    narrowest = (charts.WIDTH - 2 * charts.MARGIN - 150) / MAX_COLUMNS * (1 - charts.GAP)
    assert narrowest / 3 > 4


def test_topics_are_said_in_words_with_what_has_none() -> None:
    picture = drawn()["topics"]
    assert picture.title == "What the texts are about, by their own tags"
    assert picture.alt == (
        "Bar chart, what the texts are about, by their own tags, of 30 texts: tools 18, garden 9. A text may count for "
        "several. 5 have no tag."
    )
    many = {"by": "words", "texts": {f"word {n}": 20 - n for n in range(12)}, "of": 30, "without": 0, "others": 0}
    assert drawn(topics=many)["topics"].alt.endswith("4 more words not shown.")


def test_topics_in_letters_that_the_font_lacks_are_left_to_the_line_of_text() -> None:
    told = {"by": "tags", "texts": {"обзоры": 18}, "of": 30, "without": 5, "others": 0}
    assert "topics" not in drawn(topics=told)


def test_reports_of_earlier_versions_have_no_topics() -> None:
    earlier = report()
    del earlier["topics"]
    assert "topics" not in {one.name for one in pictures(earlier)}
