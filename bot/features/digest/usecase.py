"""Says the digest of each voice once a week, however often it is called and wherever it dies."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pipeline.domain.voices import Voice
from pipeline.domain.work import Place, Saying
from pipeline.ports import Clock, Database, Transaction
from pipeline.round_rows import JudgedDraft
from pipeline.weekly import alarms, weeks_of

DIGEST: Final = "digest.week"
MONDAY_HOUR: Final = 8  # UTC; a Monday morning from Lisbon to Nairobi
Judged = Callable[[Transaction, Voice], Awaitable[list[JudgedDraft]]]


@dataclass(frozen=True, slots=True)
class SayDigests:
    """Called by the clock. The key of the message, with its week, says it once. A week without drafts says nothing.

    judged: each draft with what people said of it.
    """

    database: Database
    judged: Judged
    clock: Clock

    async def __call__(self) -> None:
        until = newest_monday(self.clock())
        async with self.database.read() as tx:
            teams = await tx.voices.teams()
            voices = [voice for team in teams for voice in await tx.voices.of_team(team)]
        for voice in voices:
            if voice.state != "closed":
                await self.say(voice, until)

    async def say(self, voice: Voice, until: datetime) -> None:
        key = f"digest:{voice.voice_id}:{until:%G-W%V}"
        async with self.database.read() as tx:
            wanted = await tx.preferences.of_voice(voice.voice_id)
            if not wanted.weekly or await tx.outbox.facts(voice.team_id, key) is not None:
                return
        async with self.database.begin() as tx:
            wanted = await tx.preferences.of_voice(voice.voice_id)
            if not wanted.weekly or await tx.outbox.facts(voice.team_id, key) is not None:
                return  # another replica was faster, or somebody has just said no
            last, before = weeks_of(await self.judged(tx, voice), until=until)
            if last.asked:
                facts = {
                    "handle": voice.handle,
                    "until": until.isoformat(),
                    "target_s": wanted.target_s,
                    "alarms": list(alarms(last, before)),
                    "steward": voice.steward,
                    **last.facts,
                }
                place = Place(voice.team_id, channel_id=voice.channel_id)
                await tx.outbox.say(Saying(key, DIGEST, facts, place))


def newest_monday(now: datetime) -> datetime:
    """The last Monday at MONDAY_HOUR that has come."""
    monday = (now - timedelta(days=now.weekday())).replace(hour=MONDAY_HOUR, minute=0, second=0, microsecond=0)
    return monday if monday <= now else monday - timedelta(days=7)
