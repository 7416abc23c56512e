"""People disagree about a draft: its owner says which of them is right, one draft after the other."""

from dataclasses import dataclass
from typing import Any, Final

from bot.features.rounds.usecase import PreviewRound
from bot.lookup import only_steward
from pipeline.domain.drafting import DraftId
from pipeline.domain.feedback import Decided, Decision
from pipeline.domain.voices import Voice, VoiceId
from pipeline.domain.work import AuditEntry, Place, Saying
from pipeline.errors import NoFeedback, NotADraft
from pipeline.ports import Clock, Database, Transaction
from pipeline.round_rows import JudgedDraft

CONTESTED: Final = "rounds.contested"


@dataclass(frozen=True, slots=True)
class AskOwner:
    """The first draft that waits for an answer, as a direct message; who gets it, and how many wait.

    Raises NotSteward, NoFeedback when nothing waits.
    """

    database: Database
    preview: PreviewRound

    async def __call__(self, voice_id: VoiceId, team_id: str, user: str) -> tuple[str, int]:
        async with self.database.begin() as tx:
            voice = await tx.voices.by_id(voice_id)
            if voice.team_id != team_id:
                raise NoFeedback(voice.handle)
            only_steward(voice, user)
            judged = await self.preview.judged(tx, voice)
            waiting = [one for one in judged if one.is_undecided]
            if not waiting:
                raise NoFeedback(voice.handle)
            decider = self.preview.decider(voice)
            await say_contested(tx, voice, waiting[0], decider)
            return decider, len(waiting)


@dataclass(frozen=True, slots=True)
class DecideContested:
    """The owner's answer, which can be changed; then the next draft. It counts while the votes contradict each other.

    Raises NotSteward, NotADraft.
    """

    database: Database
    preview: PreviewRound
    clock: Clock

    async def __call__(self, draft_id: DraftId, team_id: str, user: str, decided: Decided) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            draft = await tx.drafts.by_id(draft_id)
            if draft.asked.team_id != team_id:
                raise NotADraft
            voice = await tx.voices.by_id(draft.asked.voice_id)
            only_steward(voice, user)
            before = {one.draft_id: one.decided for one in await tx.decisions.of_voice(voice.voice_id)}
            await tx.decisions.give(Decision(draft_id, team_id, user, decided, now))
            judged = await self.preview.judged(tx, voice)
            answered = next(one for one in judged if one.draft.draft_id == draft_id)
            await say_contested(tx, voice, answered, user)
            was = {"decided": before.get(draft_id)}
            entry = AuditEntry(team_id, user, "draft.decided", draft.label, was, {"decided": decided})
            await tx.audit.record(entry, now=now)
            waiting = [one for one in judged if one.is_undecided]
            if waiting:
                await say_contested(tx, voice, waiting[0], user)


async def say_contested(tx: Transaction, voice: Voice, judged: JudgedDraft, decider: str) -> None:
    """With who said what, and the answer once there is one. owner: where somebody else decides for them."""
    draft, votes = judged.draft, judged.verdict
    facts: dict[str, Any] = {
        "draft_id": draft.draft_id,
        "label": draft.label,
        "handle": voice.handle,
        "brief": draft.asked.brief,
        "text": draft.written.text if draft.written is not None else "",
        "in_favour": list(votes.in_favour),
        "against": list(votes.against),
        "verdict": votes.state,
        "decided": judged.decided,
        "owner": None if decider == voice.owner else voice.owner,
    }
    direct = Place(voice.team_id, user_id=decider)
    await tx.outbox.say(Saying(f"contested:{draft.draft_id}:{decider}", CONTESTED, facts, direct))
