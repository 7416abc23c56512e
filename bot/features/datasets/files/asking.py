"""When somebody who may not change a dataset would like the steward to do it."""

import json
from dataclasses import dataclass

from bot.cards import round_thread
from pipeline.domain.voices import RoundId
from pipeline.domain.work import Saying
from pipeline.ports import Database

NOT_STEWARD = "datasets.not_steward"
WISH = "datasets.wish"
MOST_WANTED_CHARS = 300  # with it the value of the button stays far below Slack's 2,000 characters


def wish(round_id: RoundId, wanted: str) -> str:
    """What the button carries until it is pressed. wanted: reads on after "asks you to"."""
    return json.dumps([round_id, wanted[:MOST_WANTED_CHARS]])


@dataclass(frozen=True, slots=True)
class AskSteward:
    """Says in the thread what somebody would like; the same wish again says nothing more."""

    database: Database

    async def __call__(self, wish: str, user: str) -> None:
        round_id, wanted = json.loads(wish)
        async with self.database.begin() as tx:
            round_ = await tx.rounds.by_id(RoundId(round_id))
            voice = await tx.voices.by_id(round_.voice_id)
            facts = {"steward": voice.steward, "user": user, "wanted": wanted}
            key = f"round:{round_id}:wish:{user}:{wanted}"
            await tx.outbox.say(Saying(key, WISH, facts, round_thread(round_)))
