"""An untrained model with real posts in its prompt: which posts, at what cost, and as a voice's version 0."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from bot.cards import say_voice_card
from bot.offers import Prices, prices_in_force, workload_of
from pipeline.blind import SHOWN_WORDS
from pipeline.domain.baselines import HeldOut
from pipeline.domain.drafting import Shot
from pipeline.domain.spending import Price
from pipeline.domain.training import VoiceModel
from pipeline.domain.voices import Dataset, NewDataset, Voice
from pipeline.domain.work import AuditEntry
from pipeline.draft_checks import SeenBefore
from pipeline.errors import TextsForgotten
from pipeline.estimate import FEW_SHOT_POSTS, NEAR_TOKENIZER_ERROR, draft_cost
from pipeline.few_shot import COPIED_WORDS, PAIRS, PROMPT_TOKENS
from pipeline.ports import ArtifactStore, Database, Transaction
from pipeline.trials import REQUEST_TOKENS, TOKENS_PER_WORD

COMPARED_TOKENS: Final = math.ceil(SHOWN_WORDS * TOKENS_PER_WORD)  # of a draft: judges read no further


class ShotChooser(Protocol):
    """Chooses away from the event loop. blobs: of a dataset, as ROW_BLOBS names them. Raises UnreadableFile."""

    async def held_out(self, blobs: Sequence[bytes]) -> tuple[HeldOut, ...]: ...

    async def trials(self, blobs: Sequence[bytes]) -> tuple[HeldOut, ...]:
        """What a new version is tried on."""
        ...

    async def shots(self, blobs: Sequence[bytes], request: str, budget_tokens: int) -> tuple[Shot, ...]: ...

    async def seen_before(self, blobs: Sequence[bytes], text: str, at_least: int) -> SeenBefore:
        """Compared with every text of the dataset, whatever its split."""
        ...


@dataclass(frozen=True, slots=True)
class FewShots:
    """Posts for the prompt, and what a draft copies of them. Only the training split ever stands in a prompt."""

    artifacts: ArtifactStore
    chooser: ShotChooser
    prices: Prices
    database: Database

    async def held_out(self, dataset: Dataset) -> tuple[HeldOut, ...]:
        return await self.chooser.held_out(await self.blobs(dataset))

    async def trials(self, dataset: Dataset) -> tuple[HeldOut, ...]:
        return await self.chooser.trials(await self.blobs(dataset))

    async def shots(
        self, dataset: Dataset, request: str, *, provider: str, base: str, max_tokens: int
    ) -> tuple[Shot, ...]:
        """What fits beside the request and the answer. Raises NoPrice: nobody knows the base's context."""
        price = await self.price(dataset.facts.team_id, provider, base)
        room = price.context_tokens - max_tokens - REQUEST_TOKENS
        budget = min(PROMPT_TOKENS, math.floor(room * (1 - NEAR_TOKENIZER_ERROR)))
        return await self.chooser.shots(await self.blobs(dataset), request, budget)

    async def price(self, team_id: str, provider: str, base: str) -> Price:
        """As in force for this workspace. Raises NoPrice."""
        async with self.database.read() as tx:
            prices = await prices_in_force(tx, team_id, self.prices)
        return prices.find(provider, base)

    async def longest_copy(self, dataset: Dataset, text: str, *, at_least: int) -> int:
        """Words of the longest run shared with any text of the dataset; 0 when shorter than at_least."""
        try:
            return (await self.chooser.seen_before(await self.blobs(dataset), text, at_least)).copied_words
        except TextsForgotten:
            return 0

    async def seen_before(self, dataset: Dataset, text: str) -> SeenBefore:
        """Nothing is known of datasets made before their documents were written down."""
        if not dataset.facts.fates_blob:
            return SeenBefore()
        try:
            return await self.chooser.seen_before(await self.blobs(dataset), text, COPIED_WORDS)
        except TextsForgotten:  # what a version learned from may be gone; the version is not
            return SeenBefore()

    async def blobs(self, dataset: Dataset) -> list[bytes]:
        facts = dataset.facts
        rows = (facts.train_blob, facts.validation_blob, facts.test_blob)
        return [await self.artifacts.get(name) for name in (facts.recipe_blob, facts.fates_blob, *rows)]


def comparing_microusd(dataset: NewDataset, price: Price) -> int:
    """About what all drafts of a comparison cost, rounded up."""
    posts = min(PROMPT_TOKENS, FEW_SHOT_POSTS * workload_of(dataset).row_tokens)
    one = draft_cost(price, prompt_tokens=posts + REQUEST_TOKENS, completion_tokens=COMPARED_TOKENS)
    return math.ceil(PAIRS * one)


async def use_few_shot(
    tx: Transaction, voice: Voice, dataset: Dataset, *, provider: str, base: str, user: str, now: datetime
) -> VoiceModel:
    """Version 0 of the voice, on these texts; its card says so."""
    model = await tx.voice_models.few_shot(voice, dataset, provider=provider, base=base, now=now)
    await say_voice_card(tx, voice, now=now)
    after = {"base": base, "provider": provider, "dataset_hash": dataset.facts.content_hash}
    await tx.audit.record(AuditEntry(voice.team_id, user, "few-shot.used", voice.handle, after=after), now=now)
    return model
