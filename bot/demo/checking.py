"""An editor looks at texts that were drawn at random (US2)."""

import re
from typing import Final

from bot.demo.cast import Cast
from bot.demo.feed import Happening

OPEN: Final = "signoff.open"
KEEP: Final = "signoff.keep"
ROW: Final = re.compile(r"(\d+) of (\d+): ")


async def check(cast: Cast, report: Happening) -> None:
    """Every text is kept; from then on the editor's word weighs more than a member's."""
    editor = cast.editor
    after = await cast.steward.presses(report, OPEN)
    form = await cast.steward.form("The form that asks for an editor", after=after)
    after = await cast.steward.submits(form, {"editor": editor.user_id})
    number, rows = 1, 1
    while number <= rows:
        wanted = f"{number} of "

        def is_row(one: Happening, wanted: str = wanted) -> bool:
            mine = one.is_post and one.channel == f"D0{editor.user.upper()}"
            return mine and one.text.startswith(wanted) and one.button(KEEP) is not None

        row = await cast.feed.first("A text to look at", is_row, after=after)
        rows = int((ROW.match(row.text) or [0, 0, 1])[2])
        await editor.presses(row, KEEP)
        number += 1
