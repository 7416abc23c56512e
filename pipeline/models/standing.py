"""What a provider says about a run before anybody is asked for money; asking trains and bills nothing."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from pipeline.domain.preflights import ProviderStanding
from pipeline.errors import ProviderRefused, TrainingClosed
from pipeline.models.wire import NO_FUNDS_CODE, Wire, own_figure

KEY_CODES: Final = frozenset({"invalid_api_key", "http_401"})
NO_BASE_CODES: Final = frozenset({"model_not_found", "http_404"})
NO_FILE: Final = "file-understudy-asks-whether-it-may-train"


@dataclass(frozen=True, slots=True)
class CompatibleStanding:
    """probes_training: whether to ask, too, if this organisation may still train."""

    wire: Wire
    probes_training: bool

    async def __call__(self, base: str) -> ProviderStanding:
        """Raises ProviderBusy, ProviderUnavailable: then nothing is known."""
        try:
            async with self.wire.asking():
                model = await self.wire.client.models.retrieve(base)
        except ProviderRefused as error:
            return ProviderStanding(
                key_is_valid=False if error.code in KEY_CODES else None,
                has_base=False if error.code in NO_BASE_CODES else None,
            )
        known = ProviderStanding(
            key_is_valid=True,
            has_base=True,
            shutdown_on=_day(model.shutdown_date),
            train_tokens_per_s=own_figure(model, "train_tokens_per_s"),
        )
        return await self._probed(known, base) if self.probes_training else known

    async def _probed(self, known: ProviderStanding, base: str) -> ProviderStanding:
        """Asks for a run on a file that does not exist: nothing can be trained or billed by it, and an organisation
        that is shut out is told so all the same (403 training_not_available, after an upload would have succeeded).
        """
        try:
            async with self.wire.asking():
                job = await self.wire.client.fine_tuning.jobs.create(model=base, training_file=NO_FILE)
        except TrainingClosed:
            return replace(known, may_train=False)
        except ProviderRefused as error:
            if error.code == NO_FUNDS_CODE:
                return replace(known, has_funds=False)
            is_about_the_file = "file" in f"{error.code} {error.message}".lower()
            return replace(known, may_train=True) if is_about_the_file else known
        async with self.wire.asking():  # a server that looks at files only later took it; it would fail for nothing
            await self.wire.client.fine_tuning.jobs.cancel(job.id)
        return replace(known, may_train=True)


def _day(written: str | None) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        return None
