"""Charts as PNG: drawn for a width of 360 pixels on a phone, in colours that hold on light and on dark pages."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageDraw, ImageFont

Colour = tuple[int, int, int]

# Three times the width at which Slack shows an image in a thread, so that it stays sharp when opened.
WIDTH: Final = 1080
HEIGHT: Final = 720
# Letters of 34 pixels are 11 at a third of the size: the smallest that phones' own charts use.
LETTER: Final = 34
TITLE_LETTER: Final = 42
MARGIN: Final = 48
LINE: Final = 56  # from one line of words to the next
GAP: Final = 0.22  # of a bar's room, left free between bars

# The paper is opaque, so words and bars keep their contrast on any page; only the border meets Slack's background.
# Contrasts (WCAG): ink on paper 16.2, soft ink 7.0, blue 5.0, orange 3.7; border on #ffffff 3.6 and on #1a1d21 4.6.
# Blue and orange are Okabe and Ito's, told apart with any colour vision; labels say what colours mean all the same.
PAPER: Final[Colour] = (250, 250, 247)
INK: Final[Colour] = (29, 28, 29)
SOFT_INK: Final[Colour] = (86, 86, 90)
GRID: Final[Colour] = (216, 216, 212)
BORDER: Final[Colour] = (131, 134, 140)
BLUE: Final[Colour] = (0, 114, 178)
ORANGE: Final[Colour] = (213, 94, 0)
COLOURS: Final = 64  # of the PNG's palette: three quarters smaller than true colour, and letters stay smooth
MAX_LINES: Final = 4  # of the grid
MAX_DOTS: Final = 24  # of a line: more would hide it
MIN_BAR: Final = 3  # pixels: one text among a thousand is still seen


@dataclass(frozen=True, slots=True)
class Bar:
    """label: under an upright bar, where there is room; before a lying one. marked: in the second colour."""

    label: str
    value: int
    marked: bool = False


def upright(title: str, bars: Sequence[Bar], *, labels_at_edges: bool = False) -> bytes:
    """A column per bar, in the order given, and a scale. labels_at_edges: a label names its bar's left edge."""
    picture, pen = paper(title)
    top_value = _scale_top(max(bar.value for bar in bars))
    steps = range(0, top_value + 1, _scale_step(top_value))
    left = MARGIN + int(max(pen.textlength(f"{step:,}", font_of(LETTER)) for step in steps)) + 20
    top, bottom, right = MARGIN + TITLE_LETTER + 50, HEIGHT - MARGIN - LETTER - 30, WIDTH - MARGIN
    for step in steps:
        y = bottom - (bottom - top) * step // top_value
        pen.line((left, y, right, y), fill=GRID if step else SOFT_INK, width=2)
        pen.text((left - 16, y), f"{step:,}", SOFT_INK, font_of(LETTER), anchor="rm")
    room = (right - left) / len(bars)
    for number, bar in enumerate(bars):
        x = left + room * number
        height = max(MIN_BAR, (bottom - top) * bar.value // top_value) if bar.value else 0
        if height:
            pen.rectangle((x + room * GAP / 2, bottom - height, x + room * (1 - GAP / 2) - 1, bottom), _fill(bar))
    _label_columns(pen, bars, left, room, bottom + 26, at_edges=labels_at_edges)
    return png(picture)


def lying(title: str, bars: Sequence[Bar]) -> bytes:
    """A row per bar with its label before and its number behind it."""
    picture, pen = paper(title)
    font = font_of(LETTER)
    left = MARGIN + int(max(pen.textlength(bar.label, font) for bar in bars)) + 24
    right = WIDTH - MARGIN - int(max(pen.textlength(f"{bar.value:,}", font) for bar in bars)) - 20
    top, bottom = MARGIN + TITLE_LETTER + 40, HEIGHT - MARGIN
    room = min((bottom - top) / len(bars), 2 * LINE)
    most = max(bar.value for bar in bars)
    for number, bar in enumerate(bars):
        y = top + room * number
        end = left + max(MIN_BAR, (right - left) * bar.value // most) if bar.value else left
        pen.text((left - 24, y + room / 2), bar.label, INK, font, anchor="rm")
        if end > left:
            pen.rectangle((left, y + room * GAP / 2, end, y + room * (1 - GAP / 2)), _fill(bar))
        pen.text((end + 16, y + room / 2), f"{bar.value:,}", INK, font, anchor="lm")
    return png(picture)


@dataclass(frozen=True, slots=True)
class Series:
    """A line through points (x, y), x ascending."""

    label: str
    points: Sequence[tuple[int, float]]


def curves(title: str, series: Sequence[Series]) -> bytes:
    """At most two lines over the same scale from zero, each named at the top in its colour."""
    picture, pen = paper(title)
    font = font_of(LETTER)
    points = [point for one in series for point in one.points]
    first, last = min(x for x, _ in points), max(x for x, _ in points)
    most = max(y for _, y in points) or 1.0
    step = _loss_step(most)
    marks = [step * number for number in range(int(most / step) + 2)]
    left = MARGIN + int(max(pen.textlength(f"{mark:g}", font) for mark in marks)) + 20
    top, bottom, right = MARGIN + TITLE_LETTER + 50 + LINE, HEIGHT - MARGIN - LETTER - 30, WIDTH - MARGIN

    def at(x: int, y: float) -> tuple[float, float]:
        across = (x - first) / (last - first) if last > first else 0.5
        return left + (right - left) * across, bottom - (bottom - top) * y / marks[-1]

    for mark in marks:
        y = at(first, mark)[1]
        pen.line((left, y, right, y), fill=GRID if mark else SOFT_INK, width=2)
        pen.text((left - 16, y), f"{mark:g}", SOFT_INK, font, anchor="rm")
    x_label = float(left)
    for one, colour in zip(series, (BLUE, ORANGE), strict=False):
        drawn = [at(*point) for point in one.points]
        pen.line(drawn, fill=colour, width=6, joint="curve")
        for x, y in drawn if len(drawn) <= MAX_DOTS else drawn[-1:]:
            pen.ellipse((x - 7, y - 7, x + 7, y + 7), fill=colour)
        pen.line((x_label, top - LINE, x_label + LETTER, top - LINE), fill=colour, width=10)
        pen.text((x_label + LETTER + 14, top - LINE), one.label, INK, font, anchor="lm")
        x_label += LETTER + 14 + pen.textlength(one.label, font) + LINE
    pen.text((left, bottom + 26), f"step {first:,}", SOFT_INK, font, anchor="lt")
    if last > first:
        pen.text((right, bottom + 26), f"step {last:,}", SOFT_INK, font, anchor="rt")
    return png(picture)


def _loss_step(most: float) -> float:
    """1, 2 or 5 times a power of ten, so that at most MAX_LINES steps reach the top."""
    steps = (lead * 10.0**power for power in range(-6, 12) for lead in (1, 2, 5))
    return next((step for step in steps if step * MAX_LINES >= most), most)


def paper(title: str, *, height: int = HEIGHT) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    picture = Image.new("RGB", (WIDTH, height), PAPER)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, WIDTH - 1, height - 1), outline=BORDER, width=4)
    pen.text((MARGIN, MARGIN), title, INK, font_of(TITLE_LETTER), anchor="lt")
    return picture, pen


def _label_columns(
    pen: ImageDraw.ImageDraw, bars: Sequence[Bar], left: float, room: float, y: float, *, at_edges: bool
) -> None:
    """As many labels as fit with a word's space between them, at even steps from the first."""
    font = font_of(LETTER)
    widest = max(pen.textlength(bar.label, font) for bar in bars)
    every = next(step for step in range(1, len(bars) + 1) if room * step >= widest + LETTER or step == len(bars))
    free_from = 0.0
    for number in range(0, len(bars), every):
        width = pen.textlength(bars[number].label, font)
        x = left + room * number + (0 if at_edges else room / 2)
        inside = min(max(x, MARGIN + width / 2), WIDTH - MARGIN - width / 2)
        if inside - width / 2 >= free_from:  # the last one, pushed inside, may reach into the one before
            pen.text((inside, y), bars[number].label, SOFT_INK, font, anchor="mt")
            free_from = inside + width / 2 + LETTER / 2


def _scale_step(top: int) -> int:
    """1, 2 or 5 times a power of ten, so that at most MAX_LINES steps reach the top."""
    steps: Iterator[int] = (lead * 10**zeros for zeros in range(len(str(top)) + 1) for lead in (1, 2, 5))
    return next(step for step in steps if step * MAX_LINES >= top)


def _scale_top(most: int) -> int:
    step = _scale_step(max(1, most))
    return step * max(1, -(-most // step))


def _fill(bar: Bar) -> Colour:
    return ORANGE if bar.marked else BLUE


def font_of(size: int) -> ImageFont.FreeTypeFont:
    """The one that Pillow brings along: no font of the machine, so the same letters everywhere."""
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise TypeError("Pillow was built without FreeType")
    return font


def png(picture: Image.Image) -> bytes:
    """The same picture gives the same bytes: no time and no name of a program is written."""
    held = io.BytesIO()
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(held, "PNG", optimize=True)
    return held.getvalue()
