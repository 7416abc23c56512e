"""The board as a picture, with the same in words for those who cannot see it."""

from collections.abc import Sequence
from typing import Final

from PIL import ImageDraw

from pipeline.board import Line
from pipeline.charts import (
    BLUE,
    GRID,
    INK,
    LETTER,
    LINE,
    MARGIN,
    ORANGE,
    SOFT_INK,
    TITLE_LETTER,
    WIDTH,
    font_of,
    paper,
    png,
)
from pipeline.pictures import ALT_CHARS, LAST_LETTER, Picture

MOST_LINES: Final = 8
TOP: Final = MARGIN + TITLE_LETTER + 70
ROW: Final = 5 * LINE
NAMED_WIDTH: Final = 480  # pixels left of a bar, for what it is
BAR: Final = 26
MICROUSD: Final = 1_000_000


def picture(handle: str, lines: Sequence[Line], target_s: int) -> Picture:
    """lines: best first, as the board has them. The same lines give the same bytes."""
    shown = lines[:MOST_LINES]
    title = f"{plain(handle)}: versions, best first"
    image, pen = paper(title, height=TOP + ROW * len(shown) + MARGIN // 2)
    reach = max([1.0, *(abs(bound) for line in shown for bound in bounds(line))])
    for number, line in enumerate(shown):
        draw_line(pen, TOP + ROW * number, line, reach, target_s)
    said = " ".join(line_words(line, target_s) for line in shown)
    return Picture("board", title, f"Board of {plain(handle)}, best version first. {said}"[:ALT_CHARS], png(image))


def draw_line(pen: ImageDraw.ImageDraw, y: int, line: Line, reach: float, target_s: int) -> None:
    """Name; strength on an axis with zero in the middle; the accepted share from nothing to all; the rest in words."""
    font = font_of(LETTER)
    if y > TOP:
        pen.line((MARGIN, y - 14, WIDTH - MARGIN, y - 14), fill=GRID, width=2)
    pen.text((MARGIN, y + LINE // 2), f"{name(line)}, {state(line)}", INK, font_of(TITLE_LETTER), anchor="lm")
    left, right = MARGIN + NAMED_WIDTH, WIDTH - MARGIN
    pen.text((MARGIN, y + LINE * 3 // 2), strength_words(line), SOFT_INK, font, anchor="lm")
    draw_interval(pen, left, right, y + LINE * 3 // 2, line, reach)
    pen.text((MARGIN, y + LINE * 5 // 2), accepted_words(line), SOFT_INK, font, anchor="lm")
    draw_share(pen, left, right, y + LINE * 5 // 2, line)
    said = [text for text in (" · ".join(rest(line)), " · ".join(pace(line, target_s))) if text]
    for number, text in enumerate(said):
        pen.text((MARGIN, y + LINE * 7 // 2 + number * (LINE - 8)), text, SOFT_INK, font, anchor="lm")


def draw_interval(pen: ImageDraw.ImageDraw, left: int, right: int, y: int, line: Line, reach: float) -> None:
    middle = (left + right) / 2
    pen.line((left, y, right, y), fill=GRID, width=2)
    pen.line((middle, y - BAR, middle, y + BAR), fill=SOFT_INK, width=2)
    if line.strength is None:
        return
    low, at, high = (middle + (right - left) / 2 * value / reach for value in bounds(line))
    colour = BLUE if line.model.state == "promoted" else ORANGE
    pen.line((low, y, high, y), fill=colour, width=8)
    pen.ellipse((at - 14, y - 14, at + 14, y + 14), fill=colour)


def draw_share(pen: ImageDraw.ImageDraw, left: int, right: int, y: int, line: Line) -> None:
    pen.rectangle((left, y - BAR / 2, right, y + BAR / 2), outline=SOFT_INK, width=2)
    if line.accepted:
        pen.rectangle((left, y - BAR / 2, left + (right - left) * line.accepted / line.judged, y + BAR / 2), fill=BLUE)


def bounds(line: Line) -> tuple[float, ...]:
    """Low end, middle and high end of the strength."""
    found = line.strength
    return (found.low, found.points, found.high) if found is not None else ()


def line_words(line: Line, target_s: int) -> str:
    facts = [strength_words(line), accepted_words(line), *rest(line), *pace(line, target_s)]
    return f"{name(line)}, {state(line)}: {', '.join(facts)}."


def name(line: Line) -> str:
    return f"v{line.model.version}" if line.model.version else "v0 (few-shot)"


def state(line: Line) -> str:
    return {"trial": "on trial", "promoted": "promoted", "retired": "retired"}[line.model.state]


def strength_words(line: Line) -> str:
    found = line.strength
    return (
        f"strength {found.points:+.0f} ({found.low:+.0f} to {found.high:+.0f})" if found is not None else "no duel yet"
    )


def accepted_words(line: Line) -> str:
    return f"accepted {line.accepted} of {line.judged} decided" if line.judged else "no draft decided"


def rest(line: Line) -> list[str]:
    known = []
    if line.edited is not None:
        known.append(f"edits {line.edited:.0%} of the words".replace("%", " %"))
    if line.per_accepted_microusd is not None:
        known.append(f"{line.per_accepted_microusd / MICROUSD:.4f} USD per accepted draft")
    return known


def pace(line: Line, target_s: int) -> list[str]:
    if line.middle_s is None or line.slow_s is None:
        return []
    speed = [f"{line.tokens_per_s:.0f} tokens/s"] if line.tokens_per_s is not None else []
    return [f"{line.middle_s:.1f} s per draft (target {target_s}), 95 % in {line.slow_s:.1f} s", *speed]


def plain(handle: str) -> str:
    """Handles are small letters; anything else has no shape in the font."""
    return "".join(letter if letter <= LAST_LETTER else "?" for letter in handle)
