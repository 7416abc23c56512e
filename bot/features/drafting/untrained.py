"""[Yes] to a few-shot draft: a voice that nobody trained gets its version 0, and the draft that was asked for."""

from dataclasses import dataclass

from bot.drafters import Colleagues
from bot.features.drafting.usecase import Accepted, AskForDraft, Wish, check_may_draft
from bot.few_shot import use_few_shot
from bot.lookup import find_voice, only_steward
from bot.offers import Market, Offer
from bot.readiness import current_dataset, only_without_blockers
from pipeline.domain.voices import Dataset, Voice
from pipeline.errors import NoPrice, UnresolvedBlocker
from pipeline.ports import Clock, Database


@dataclass(frozen=True, slots=True)
class DraftUntrained:
    """Once it is there, version 0 is a version like others. Whoever may draft may start it on an own server; where
    somebody else's would see the posts, only the steward and the owner may.

    Raises TextsNotReady, UnresolvedBlocker, NoPrice, NotSteward, and what AskForDraft raises.
    """

    database: Database
    market: Market
    people: Colleagues
    clock: Clock
    ask: AskForDraft

    async def __call__(self, wish: Wish) -> Accepted:
        now = self.clock()
        async with self.database.begin() as tx:
            voice = await find_voice(tx, wish.team_id, wish.handle)
            await check_may_draft(tx, self.people, voice, wish.user, wish.channel_id, now=now)
            if not await tx.voice_models.of_voice(voice.voice_id):
                dataset = (await current_dataset(tx, voice)).dataset
                offer = self.first(voice, dataset)
                if not offer.is_own:
                    only_steward(voice, wish.user)
                known = offer.estimate
                await use_few_shot(
                    tx, voice, dataset, provider=known.provider, base=known.base, user=wish.user, now=now
                )
        return await self.ask(wish)

    def first(self, voice: Voice, dataset: Dataset) -> Offer:
        """The first base on offer that the open blockers allow, own servers before others."""
        facts, refusal = dataset.facts, None
        for offer in self.market.offers(facts, facts.sensitivity(voice), self.clock().date()).open:
            try:
                only_without_blockers(facts.open_blockers, is_own=offer.is_own)
            except UnresolvedBlocker as error:
                refusal = error
                continue
            return offer
        raise refusal or NoPrice("the providers this voice may use", "any base")
