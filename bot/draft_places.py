"""Where a draft stands, and which draft a message or a thread is about."""

from datetime import datetime
from decimal import Decimal

from bot.lookup import RECORDING
from pipeline.domain.drafting import Draft, DraftId
from pipeline.domain.work import Place
from pipeline.errors import NotRecordedYet
from pipeline.ports import Transaction


async def draft_at(tx: Transaction, team_id: str, channel_id: str, ts: str) -> Draft | None:
    """The draft whose text stands there; None for cards and everything else."""
    key = await tx.outbox.key_at(team_id, channel_id, ts)
    draft_id = draft_id_in(key) if key is not None and key.endswith(":text") else None
    return await tx.drafts.by_id(draft_id) if draft_id is not None else None


async def newest_in_thread(
    tx: Transaction, team_id: str, channel_id: str, thread_ts: str, *, before_ts: str
) -> Draft | None:
    """The last draft that stood in the thread when a message with this ts was written."""
    key = await tx.outbox.key_at(team_id, channel_id, thread_ts)
    root_id = draft_id_in(key) if key is not None else None
    root = await tx.drafts.by_id(root_id) if root_id is not None else None
    newest, newest_ts = None, Decimal(0)
    for draft in await drafts_in_reach(tx, team_id, root):
        if draft.state != "posted" or not in_thread(draft, root, channel_id, thread_ts):
            continue
        posted = await tx.outbox.posted(draft.text_key)
        if posted is not None and newest_ts < Decimal(posted.ts) < Decimal(before_ts):
            newest, newest_ts = draft, Decimal(posted.ts)
    return newest


async def drafts_in_reach(tx: Transaction, team_id: str, root: Draft | None) -> list[Draft]:
    """All that may stand in a thread: those of the root's voice, or of every voice in a thread that people began."""
    if root is not None:
        return await tx.drafts.of_voice(root.asked.voice_id)
    return [draft for voice in await tx.voices.of_team(team_id) for draft in await tx.drafts.of_voice(voice.voice_id)]


def in_thread(draft: Draft, root: Draft | None, channel_id: str, thread_ts: str) -> bool:
    """Under the root's card (it and those asked for in one go with it), or asked for in the thread."""
    together = root is not None and (draft.created_at, draft.asked) == (root.created_at, root.asked)
    same_channel = draft.asked.private or draft.asked.channel_id == channel_id  # a private one stands elsewhere
    return together or (same_channel and draft.asked.thread_ts == thread_ts)


async def wait_for_record(tx: Transaction, team_id: str, channel_id: str, *, now: datetime) -> None:
    """People answer a draft while the bot still adds its emoji; the draft's place is recorded after those.

    Raises NotRecordedYet, so that Slack delivers the event again.
    """
    if await tx.outbox.is_posting(team_id, channel_id, since=now - RECORDING):
        raise NotRecordedYet


def draft_id_in(key: str) -> DraftId | None:
    """draft:17:card and draft:17:text as 17."""
    kind, _, rest = key.partition(":")
    number = rest.partition(":")[0]
    return DraftId(int(number)) if kind == "draft" and number.isdigit() else None


def thread_of(draft: Draft) -> Place:
    """Under its card; a private draft's card stands in the direct message of who asked."""
    asked = draft.asked
    if asked.private:
        return Place(asked.team_id, user_id=asked.requested_by, thread_key=draft.card_key)
    return Place(asked.team_id, channel_id=asked.channel_id, thread_key=draft.card_key)


def card_place(draft: Draft, first: Draft) -> Place:
    """Of several drafts asked for at once, the others go under the first one's card. A thread is kept to."""
    asked = draft.asked
    under = first.card_key if draft != first and asked.thread_ts is None else None
    if asked.private:
        return Place(asked.team_id, user_id=asked.requested_by, thread_key=under, thread_ts=asked.thread_ts)
    return Place(asked.team_id, channel_id=asked.channel_id, thread_key=under, thread_ts=asked.thread_ts)


async def address_of(tx: Transaction, draft: Draft, workspace_url: str) -> str | None:
    """Its message in Slack; None before it stands there."""
    posted = await tx.outbox.posted(draft.text_key)
    return f"{workspace_url}archives/{posted.channel_id}/p{posted.ts.replace('.', '')}" if posted else None
