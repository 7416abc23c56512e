"""The owner says whether more people may draft than they agreed to; a no leaves everything as it was."""

from dataclasses import dataclass
from typing import Final

from bot.cards import say_voice_card, voice_thread
from bot.drafters import ask_who_that_is
from bot.features.consent.usecase import only_owner
from bot.widening import let_draft, question, say_widening
from pipeline.domain.voices import VoiceId
from pipeline.domain.work import AuditEntry, Saying
from pipeline.errors import AlreadyDecided
from pipeline.ports import Clock, Database, Deciders

WIDENED: Final = "consent.widened"


@dataclass(frozen=True, slots=True)
class AnswerWidening:
    """asked: see question(). Raises NotTheOwner, OwnerIsOutside, AlreadyDecided."""

    database: Database
    people: Deciders
    clock: Clock

    async def __call__(self, asked: str, user: str, *, agrees: bool) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            voice = await tx.voices.by_id(VoiceId(int(asked.partition(":")[0])))
            only_owner(self.people, voice, user)
            wanted = voice.wanted
            if wanted is None or question(voice, wanted) != asked:
                raise AlreadyDecided("answered", None, None)
            await tx.voices.want_drafters(voice.voice_id, None)
            await say_widening(tx, self.people, voice, wanted, "agreed" if agrees else "refused", answered_by=user)
            before, after = {"drafters": list(voice.drafters)}, {"drafters": list(wanted.drafters)}
            what = "voice.drafters" if agrees else "voice.drafters_refused"
            await tx.audit.record(AuditEntry(voice.team_id, user, what, voice.handle, before, after), now=now)
            facts = {"owner": voice.owner, "by": user, "after": list(wanted.drafters), "agrees": agrees}
            said = Saying(f"widened:{asked}", WIDENED, facts | {"before": list(voice.drafters)}, voice_thread(voice))
            await tx.outbox.say(said)
            if agrees:
                consent = await tx.consents.newest(voice.voice_id)
                await let_draft(tx, self.people, voice, consent, wanted.drafters, user)
                await ask_who_that_is(tx, voice, wanted.drafters, now=now)
                await say_voice_card(tx, await tx.voices.by_id(voice.voice_id), now=now)
