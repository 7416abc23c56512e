"""What the card of a draft says while it is written, and the call that is given up when its voice closes meanwhile.

No text is shown before it was looked at (docs/decisions/0024-drafts-are-checked-not-streamed.md).
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from typing import Any, Final, Literal

from bot.draft_places import thread_of
from pipeline.domain.drafting import Draft, Written
from pipeline.domain.work import Saying
from pipeline.errors import AppError
from pipeline.ports import Transaction

DRAFT_CARD: Final = "drafting.card"
LOOK_S: Final = 15.0  # between looks at consent while a model writes; product.md allows a minute

# writing: at `at`. waiting: tried again at `at`, because of `why`. anew: the text before was thrown away unread.
Stage = Literal["writing", "waiting", "anew", "done", "failed"]


async def say_progress(tx: Transaction, draft: Draft, stage: Stage, at: datetime, **more: Any) -> None:
    """On the card that stands already. more: JSON values for its view."""
    known = await tx.outbox.facts(draft.asked.team_id, draft.card_key)
    if known is not None:
        facts = {**known, "progress": {"stage": stage, "at": at.isoformat(), **more}}
        await tx.outbox.say(Saying(draft.card_key, DRAFT_CARD, facts, thread_of(draft)))


async def unless_closed(
    writing: Coroutine[Any, Any, Written], why_closed: Callable[[], Awaitable[AppError | None]], *, look_s: float
) -> Written:
    """What is written, or raises what closed the voice meanwhile: the connection is cut, which stops the model.

    What it wrote until then may have been charged.
    """
    call = asyncio.ensure_future(writing)
    try:
        while not (await asyncio.wait({call}, timeout=look_s))[0]:
            if (refusal := await why_closed()) is not None:
                raise refusal
        return call.result()
    finally:
        if not call.done():
            call.cancel()
            await asyncio.gather(call, return_exceptions=True)
