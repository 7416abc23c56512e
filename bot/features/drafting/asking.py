"""A draft asked for by a form: which voices there are for whom, and where such a draft comes."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.drafters import Colleagues
from bot.features.drafting.usecase import Accepted, AskForDraft, Wish, check_may_draft
from bot.lookup import find_voice
from bot.versions import in_force
from pipeline.domain.voices import Voice
from pipeline.errors import ConsentError, DraftError, RightsError
from pipeline.ports import Clock, Database, Transaction


@dataclass(frozen=True, slots=True)
class Spot:
    """The message a form was opened from."""

    channel_id: str
    thread_ts: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A voice that writes for this person, and its version in force."""

    voice: Voice
    version: int


@dataclass(frozen=True, slots=True)
class FindChoices:
    """What a form offers: every voice that would write for them now. The answer is checked again when it is sent in."""

    database: Database
    people: Colleagues
    clock: Clock

    async def __call__(self, team_id: str, user: str) -> list[Choice]:
        now = self.clock()
        async with self.database.read() as tx:
            found = [await self.choice(tx, voice, user, now) for voice in await tx.voices.of_team(team_id)]
        return [choice for choice in found if choice is not None]

    async def choice(self, tx: Transaction, voice: Voice, user: str, now: datetime) -> Choice | None:
        force = in_force(await tx.voice_models.of_voice(voice.voice_id))
        if force is None:
            return None
        try:
            await check_may_draft(tx, self.people, voice, user, voice.channel_id, now=now)
        except (ConsentError, DraftError, RightsError):
            return None
        return Choice(voice, force.version)


@dataclass(frozen=True, slots=True)
class AskByForm:
    """Away from a channel a draft is private: nobody posts where they may not be. Raises what AskForDraft raises."""

    database: Database
    ask: AskForDraft

    async def __call__(self, wish: Wish) -> Accepted:
        if wish.private:
            async with self.database.read() as tx:
                voice = await find_voice(tx, wish.team_id, wish.handle)
            wish = replace(wish, channel_id=voice.channel_id, thread_ts=None)
        return await self.ask(wish)
