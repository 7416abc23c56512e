"""Consent was withdrawn: the providers are asked to delete the voice's models, until each has confirmed."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.features.consent.usecase import runs_until, say_withdrawn
from pipeline.domain.training import TERMINAL_TUNING_STATES, VoiceModel
from pipeline.domain.voices import ConsentId
from pipeline.domain.work import AuditEntry, WorkItem
from pipeline.errors import ProviderError
from pipeline.ports import Clock, Database, ModelCopies

ASK_AGAIN: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class DeleteCopies:
    """The worker's side. item.subject: the consent. Deleting twice does no harm: what is gone counts as deleted."""

    database: Database
    copies: ModelCopies
    clock: Clock

    async def __call__(self, item: WorkItem) -> None:
        async with self.database.read() as tx:
            consent = await tx.consents.by_id(ConsentId(int(item.subject)))
            models = await tx.voice_models.of_voice(consent.voice_id)
            runs = await runs_until(tx, consent)
        numbers = {run.tuning_job_id for run in runs}
        asked = [model for model in models if model.tuning_job_id in numbers and model.deleted_at is None]
        deleted = [await self.delete(item.team_id, model) for model in asked]
        # A run that trains on makes one more model, which is deleted as well.
        is_training = any(run.state not in TERMINAL_TUNING_STATES for run in runs)
        async with self.database.begin() as tx:
            voice = await tx.voices.by_id(consent.voice_id)
            await say_withdrawn(tx, voice, consent, now=self.clock())
            if is_training or not all(deleted):
                await tx.work.again(item, run_at=self.clock() + ASK_AGAIN)
            else:
                await tx.work.finish(item)

    async def delete(self, team_id: str, model: VoiceModel) -> bool:
        """Whether the provider confirmed; whatever it answers else, it is asked again."""
        try:
            await self.copies.delete_model(model.provider, model.model_name)
        except ProviderError:
            return False
        now = self.clock()
        async with self.database.begin() as tx:
            await tx.voice_models.deleted(model.voice_model_id, at=now)
            after = {"provider": model.provider, "model": model.model_name}
            entry = AuditEntry(team_id, "understudy", "model.deleted", f"v{model.version}", after=after)
            await tx.audit.record(entry, now=now)
        return True
