"""A draft as a Markdown file: the whole of a long one in its thread, any other for whoever presses Copy as .md."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

from bot.draft_places import thread_of
from bot.slack.failures import sentence_for
from pipeline.domain.drafting import Draft, DraftId
from pipeline.domain.voices import Voice
from pipeline.domain.work import Place, Saying, WorkItem
from pipeline.errors import NotADraft, UploadRefused
from pipeline.ports import Clock, Database

FILE_REFUSED: Final = "drafting.file_refused"
NOT_POSTED_YET_S: Final = 1


class Sharing(Protocol):
    """Slack's side. Raises UploadRefused for a definite no; what may succeed later is raised as it came."""

    async def share(self, name: str, content: bytes, *, place: Place) -> None:
        """A crash after it and before it is known shows the file twice."""
        ...


@dataclass(frozen=True, slots=True)
class AskForFile:
    """[Copy as .md]: in the direct messages of who pressed. Raises NotADraft."""

    database: Database
    clock: Clock

    async def __call__(self, draft_id: DraftId, *, team_id: str, user: str) -> None:
        async with self.database.begin() as tx:
            draft = await tx.drafts.by_id(draft_id)
            if draft.asked.team_id != team_id or draft.written is None:
                raise NotADraft
            await tx.work.enqueue("draft-file", f"{draft_id}:{user}", team_id, run_at=self.clock())


@dataclass(frozen=True, slots=True)
class SendDraftFile:
    """The worker's side. item.subject: the draft, and after a colon who gets it; nobody means its thread."""

    database: Database
    sharing: Sharing
    clock: Clock

    async def __call__(self, item: WorkItem) -> None:
        number, _, user = item.subject.partition(":")
        async with self.database.read() as tx:
            draft = await tx.drafts.by_id(DraftId(int(number)))
            voice = await tx.voices.by_id(draft.asked.voice_id)
            text = await tx.outbox.posted(draft.text_key)
        if text is None:  # shown below the text, never above it
            async with self.database.begin() as tx:
                await tx.work.again(item, run_at=self.clock() + timedelta(seconds=NOT_POSTED_YET_S))
            return
        in_thread = Place(item.team_id, text.channel_id, thread_ts=text.thread_ts)
        place = Place(item.team_id, user_id=user) if user else in_thread
        refusal: UploadRefused | None = None
        if draft.state == "posted":
            try:
                await self.sharing.share(f"{draft.label}.md", as_markdown(draft, voice), place=place)
            except UploadRefused as error:
                refusal = error
        async with self.database.begin() as tx:
            if refusal is not None:
                facts = {"text": sentence_for(refusal)}
                await tx.outbox.say(Saying(f"draft-file:{item.subject}:refused", FILE_REFUSED, facts, thread_of(draft)))
            await tx.work.finish(item)


def as_markdown(draft: Draft, voice: Voice) -> bytes:
    """Its first line says what it is, wherever the file goes."""
    text = draft.written.text if draft.written else ""
    head = f"*AI-written draft in the voice of {voice.handle}, not the owner's own words · {draft.label}*"
    return f"{head}\n\n{text}\n".encode()
