"""Prices that approvers entered, over those of the operator's file."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Protocol

from pipeline.domain.spending import Price, base_of
from pipeline.errors import NoPrice


class FiledPrices(Protocol):
    def find(self, provider: str, base: str) -> Price:
        """Raises NoPrice."""
        ...


@dataclass(frozen=True, slots=True)
class LayeredPrices:
    """Of the file's row and what a workspace entered, the one that was read later holds. entered: one per base."""

    file: FiledPrices
    entered: Iterable[Price] = field(default=())

    def find(self, provider: str, base: str) -> Price:
        """Of a base, or of a model tuned from it. How the provider bills always comes from the file. Raises NoPrice."""
        wanted = base_of(base)
        typed = next((one for one in self.entered if (one.provider, one.base) == (provider, wanted)), None)
        try:
            filed = self.file.find(provider, wanted)
        except NoPrice:
            if typed is None:
                raise
            return typed
        if typed is None or filed.as_of > typed.as_of:
            return filed
        return replace(typed, billing=filed.billing)
