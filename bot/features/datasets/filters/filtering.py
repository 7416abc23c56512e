"""What a choice of filters comes to, counted from the catalogues while a person chooses."""

import asyncio
from dataclasses import dataclass, replace

from bot.features.datasets.filters.shelf import Shelf
from bot.features.datasets.report.choosing import FiltersInForce
from pipeline.catalogue import Catalogue, Offers, Selection, known_as, offers, selection
from pipeline.domain.documents import Filters
from pipeline.domain.voices import RoundId


@dataclass(frozen=True, slots=True)
class FilterChoices:
    """What the form shows. selection: None when no file was read yet."""

    round_id: RoundId
    filters: Filters
    offers: Offers
    selection: Selection | None


@dataclass(frozen=True, slots=True)
class CountFilters:
    in_force: FiltersInForce
    shelf: Shelf

    async def __call__(self, round_id: RoundId, filters: Filters | None = None) -> FilterChoices:
        """filters: as they stand in the form; None for those in force."""
        chosen = filters or await self.in_force(round_id)
        catalogues = await self.shelf.of_round(round_id)
        return await asyncio.to_thread(choices, round_id, chosen, catalogues)


def choices(round_id: RoundId, filters: Filters, catalogues: list[Catalogue]) -> FilterChoices:
    if filters.author is not None:
        author, *also_by = known_as(catalogues, filters.authors)
        filters = replace(filters, author=author, also_by=tuple(also_by))
    counted = selection(catalogues, filters) if catalogues else None
    return FilterChoices(round_id, filters, offers(catalogues), counted)
