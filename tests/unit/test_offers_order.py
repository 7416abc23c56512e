"""Where a voice is offered to train first."""

from datetime import date

import pytest

from bot.offers import Market
from pipeline.domain.spending import Price
from pipeline.domain.voices import Sensitivity
from pipeline.errors import NoPrice


class TwoProviders:
    """Configured with the vendor first; only our own server may see private texts."""

    def names_for(self, sensitivity: Sensitivity) -> tuple[str, ...]:
        return ("own",) if sensitivity == "private" else ("vendor", "another", "own")

    def offered_by(self, provider: str) -> tuple[str, ...]:
        return (f"{provider}-base",)

    def closes_on(self, provider: str) -> date | None:  # noqa: ARG002  # none of them closes
        return None

    def find(self, provider: str, base: str) -> Price:
        raise NoPrice(provider, base)


@pytest.mark.parametrize(
    ("sensitivity", "order"),
    [
        ("public", ["vendor", "another", "own"]),
        ("internal", ["own", "vendor", "another"]),
        ("private", ["own"]),
    ],
)
def test_our_own_server_is_offered_first_for_what_is_not_public(sensitivity: Sensitivity, order: list[str]) -> None:
    both = TwoProviders()
    market = Market(both, both, both)  # type: ignore[arg-type]  # it has what is asked for here
    assert [provider for provider, _ in market.on_offer(sensitivity)] == order
