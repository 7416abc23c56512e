"""The worker's side: picks the texts and sends them, the same ones if it has to begin again; and one text whole."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from bot.cards import say_round_card
from bot.features.signoff.sayings import say_asked, say_row, say_standing
from bot.features.signoff.usecase import Place, editors, row_of
from pipeline.domain.signoffs import Picked, SignoffId, SignoffRow
from pipeline.domain.work import WorkItem
from pipeline.ports import ArtifactStore, Database, People
from pipeline.wording import shortened

OPENING_CHARS: Final = 900  # of a text in a message; the rest is a button away
PROMPT_CHARS: Final = 500
TITLE_CHARS: Final = 200


class Picker(Protocol):
    """Picks away from the event loop. Raises UnreadableFile."""

    async def pick(self, blobs: Sequence[bytes]) -> tuple[Picked, ...]:
        """blobs: recipe, fates and the rows of train, validation and test, as they are stored."""
        ...


@dataclass(frozen=True, slots=True)
class SendTexts:
    database: Database
    artifacts: ArtifactStore
    picker: Picker
    people: People

    async def __call__(self, item: WorkItem) -> None:
        signoff_id = SignoffId(int(item.subject))
        async with self.database.read() as tx:
            facts = (await tx.datasets.by_id((await tx.signoffs.by_id(signoff_id)).facts.dataset_id)).facts
        names = (facts.recipe_blob, facts.fates_blob, facts.train_blob, facts.validation_blob, facts.test_blob)
        picked = await self.picker.pick([await self.artifacts.get(name) for name in names])
        rows = [await self.stored(number, one) for number, one in enumerate(picked, start=1)]
        async with self.database.begin() as tx:
            await tx.signoff_rows.fill(signoff_id, rows)
            signoff = await tx.signoffs.by_id(signoff_id)
            round_ = await tx.rounds.by_id(signoff.facts.round_id)
            voice = await tx.voices.by_id(round_.voice_id)
            await say_asked(tx, signoff, round_, voice, facts.kept)
            for row in signoff.rows:
                await say_row(tx, signoff, row, voice, self.people)
            await say_standing(tx, signoff, round_)
            await say_round_card(tx, round_, voice)
            await tx.work.finish(item)

    async def stored(self, number: int, picked: Picked) -> SignoffRow:
        content = json.dumps({"prompt": picked.prompt, "text": picked.text}, ensure_ascii=False).encode()
        is_short = len(picked.text) <= OPENING_CHARS
        opening = picked.text if is_short else picked.text[:OPENING_CHARS].rsplit(" ", 1)[0] + "…"
        return SignoffRow(
            number=number,
            key=picked.key,
            title=shortened(picked.title, TITLE_CHARS),
            prompt=shortened(picked.prompt, PROMPT_CHARS),
            opening=opening,
            text_blob=await self.artifacts.put(content),
        )


@dataclass(frozen=True, slots=True)
class ShowWhole:
    """The text to its end, in its own message. Raises as LookAtRow."""

    database: Database
    artifacts: ArtifactStore
    people: People

    async def __call__(self, place: Place, team_id: str, user: str) -> None:
        async with self.database.read() as tx:
            signoff, _, _ = await editors(tx, place, team_id, user, self.people)
        content = json.loads(await self.artifacts.get(row_of(signoff, place).text_blob))
        async with self.database.begin() as tx:
            signoff, _, voice = await editors(tx, place, team_id, user, self.people)
            await say_row(tx, signoff, row_of(signoff, place), voice, self.people, whole=content["text"])
