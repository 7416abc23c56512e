"""The board as a picture: all that the text has, for eyes and for screen readers, on any page."""

import io
from dataclasses import replace

from PIL import Image

from pipeline.board import Line, board
from pipeline.board_picture import MOST_LINES, NAMED_WIDTH, picture
from pipeline.charts import BLUE, BORDER, INK, MARGIN, ORANGE, PAPER
from pipeline.pictures import ALT_CHARS
from tests.unit.test_board import by, closed, model
from tests.unit.test_rounds import draft, rewrite


def lines() -> tuple[Line, ...]:
    drafts = [by(1, draft(1, "good"), cost=4_000, ms=9_000), by(1, draft(2, "thin", rewrite(2, share=0.2)), ms=14_000)]
    return board([model(0), model(1), model(2)], drafts, [closed(1, 0, 20, 9)])


def opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")


def test_the_words_say_all_that_the_picture_shows() -> None:
    found = picture("founder", lines(), 10)
    assert found.alt.startswith("Board of founder, best version first. v1, on trial: strength +")
    for fact in ("accepted 2 of 2 decided", "edits 20 % of the words", "0.0025 USD per accepted draft"):
        assert fact in found.alt
    assert "11.5 s per draft (target 10), 95 % in 14.0 s" in found.alt
    assert "v2, on trial: no duel yet, no draft decided." in found.alt
    assert len(picture("founder", lines() * 20, 10).alt) <= ALT_CHARS


def test_its_paper_is_opaque_so_that_it_reads_on_light_and_dark_pages() -> None:
    image = opened(picture("founder", lines(), 10).png)
    counts = {colour: count for count, colour in image.getcolors(1 << 20) or []}
    assert counts[PAPER] > image.width * image.height / 2
    assert image.getpixel((0, image.height // 2)) == BORDER
    assert INK in counts


def test_the_same_board_gives_the_same_bytes_and_another_gives_others() -> None:
    first, again = picture("founder", lines(), 10), picture("founder", lines(), 10)
    assert first == again
    assert picture("founder", lines()[:2], 10).png != first.png


def test_intervals_stay_inside_however_bad_a_version_is() -> None:
    """Nothing but paper and letters stands left of the axis."""
    worst = board([model(0), model(1)], [], [closed(1, 0, 40, 1)])
    image = opened(picture("founder", worst, 10).png)
    left = image.crop((0, 0, MARGIN + NAMED_WIDTH - 1, image.height))
    assert not {BLUE, ORANGE} & {colour for _, colour in left.getcolors(1 << 20) or []}


def coloured(image: Image.Image, colour: tuple[int, ...]) -> Image.Image:
    """Only what has this colour, as white on black."""
    known = image.tobytes()
    return Image.frombytes(
        "L", image.size, bytes(255 * (known[at : at + 3] == bytes(colour)) for at in range(0, len(known), 3))
    )


def test_the_bar_is_the_accepted_share_of_those_decided() -> None:
    """Half of it; and of nothing decided nothing."""
    drafts = [by(1, draft(1, "good")), by(1, draft(2, "bad"))]
    image = opened(picture("founder", board([model(1)], drafts, []), 10).png)
    box = coloured(image, BLUE).getbbox()
    assert box is not None
    left, _, right, _ = box
    whole = image.width - 2 * MARGIN - NAMED_WIDTH
    assert abs(left - MARGIN - NAMED_WIDTH) <= 1 and abs(right - left - whole / 2) <= 2


def test_the_widest_interval_fills_the_axis_and_the_promoted_version_has_a_colour_of_its_own() -> None:
    duels = [closed(1, 0, 20, 9)]
    waiting = opened(picture("founder", board([model(0), model(1)], [], duels), 10).png)
    chosen = [model(0), replace(model(1), state="promoted")]
    promoted = opened(picture("founder", board(chosen, [], duels), 10).png)
    assert coloured(waiting, BLUE).getbbox() is None and coloured(promoted, BLUE).getbbox() is not None
    box = coloured(waiting, ORANGE).getbbox()
    assert box is not None and abs(box[2] - (waiting.width - MARGIN)) <= 2


def test_many_versions_are_cut_to_those_that_fit() -> None:
    few, many = (opened(picture("founder", lines() * times, 10).png) for times in (2, 20))
    assert few.height < many.height
    assert many.height <= 360 * MOST_LINES
