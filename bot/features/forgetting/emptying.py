"""All rows that hold what is to be forgotten are emptied in one transaction, and what shows it in Slack is edited."""

from dataclasses import dataclass
from typing import Final

from bot.attestations import notes_over
from bot.cards import say_round_card, say_voice_card
from bot.features.forgetting.finding import Inventory
from bot.features.forgetting.usecase import ERASED
from bot.next_round import BOT, changed
from bot.versions import dataset_of
from pipeline.domain.erasures import SOMEBODY, Erasure
from pipeline.erasures import left_name
from pipeline.ports import Clock, Transaction

FORGOTTEN: Final = "(forgotten)"


@dataclass(frozen=True, slots=True)
class Left:
    """A file without one of its texts."""

    sha256: str
    size_bytes: int
    documents: int


@dataclass(frozen=True, slots=True)
class Empty:
    clock: Clock

    async def __call__(self, tx: Transaction, found: Inventory, erasure: Erasure, left: Left | None) -> set[str]:
        """All rows, in one transaction; what is said of it too. The files they named are given back."""
        now, wanted = self.clock(), erasure.wanted
        await end_trials(tx, found)
        blobs = await tx.forgetting.datasets(list(found.datasets))
        blobs |= await tx.forgetting.feedback(found.rounds)
        if left is not None:
            blobs |= await self.shrink(tx, found, left)
        else:
            blobs |= await tx.forgetting.sources([one.source_id for one in found.sources])
        if wanted.kind == "note" and wanted.target in await notes_over(tx, found.voice, now):
            await tx.attestations.forget_note(wanted.voice_id, wanted.target)
            blobs.add(wanted.target)
        await tx.forgetting.messages(wanted.team_id, await self.keys(tx, found), ERASED)
        await tx.forgetting.whispers(wanted.team_id)
        if wanted.kind == "person":
            await forget_drafts(tx, found, wanted.team_id)
            await tx.forgetting.person(wanted.voice_id, wanted.target)
        for model, rows in found.models:
            if rows:
                await tx.voice_models.learned_from_withdrawn(model.voice_model_id, at=now)
            dataset = await dataset_of(tx, model)
            if model.version == 0 and dataset.dataset_id in found.datasets:  # its prompts hold the texts themselves
                await tx.voice_models.set_state(model.voice_model_id, "retired")
            if model.tuning_job_id is not None:
                await tx.work.enqueue("delete-files", model.tuning_job_id, wanted.team_id, run_at=now)
        await self.prepare_again(tx, found)
        await say_voice_card(tx, found.voice, now=now)
        return blobs - {left.sha256 if left else ""}

    async def shrink(self, tx: Transaction, found: Inventory, left: Left) -> set[str]:
        """The file goes on without the text. An open round reads it again; the others keep the new bytes."""
        latest = found.latest.round_id if found.latest else None
        blobs = {one.sha256 for one in found.sources if one.sha256}
        blobs |= {one.catalogue_blob for one in found.sources if one.catalogue_blob}
        for one in found.sources:
            await tx.forgetting.shrink(one.source_id, left_name(one.name), left.sha256, left.size_bytes)
            if one.round_id == latest and found.latest and found.latest.state == "open" and one.state == "read":
                await tx.sources.update(one.source_id, state="waiting")
                await tx.work.enqueue("read-source", one.source_id, one.team_id, run_at=self.clock())
        return blobs

    async def prepare_again(self, tx: Transaction, found: Inventory) -> None:
        """The open round is made of what is left; feedback that was taken in is taken in anew without the person."""
        latest = found.latest
        if latest is None or latest.state != "open" or not (found.sources or found.datasets):
            return
        revision = await tx.rounds.changed(latest.round_id)
        await tx.rounds.prepared(latest.round_id, revision=revision, dataset_id=None)
        await say_round_card(tx, await tx.rounds.by_id(latest.round_id), found.voice)
        if latest.round_id in found.rounds:
            subject = f"{found.voice.voice_id}:{found.voice.steward}"
            await tx.work.enqueue("take-feedback", subject, latest.team_id, run_at=self.clock())
        await changed(tx, latest, BOT, "round.something_forgotten", {}, self.clock)

    async def keys(self, tx: Transaction, found: Inventory) -> list[str]:
        """Of our messages that show texts."""
        rounds = {one.round_id for one in found.sources}
        keys = [f"source:{one.source_id}:report" for one in found.sources]
        keys += [f"round:{round_id}:report" for round_id in rounds]
        keys += [f"dataset:{dataset_id}:%" for dataset_id in found.datasets]
        keys += [f"rewrite:{rewrite_id}:fixed" for rewrite_id in found.person.rewrites]
        keys += [f"contested:{draft_id}:%" for draft_id in found.person.drafts]
        keys += await shown_rows(tx, found)
        for round_id in rounds:
            keys += [f"signoff:{one.signoff_id}:%" for one in await tx.signoffs.of_round(round_id)]
        learned = {model.voice_model_id for model, _ in found.models}
        for duel in await tx.duels.of_voice(found.voice.voice_id):
            if learned & {duel.facts.one, duel.facts.other}:
                keys.append(f"{duel.key}:bout:%")
        return keys


async def shown_rows(tx: Transaction, found: Inventory) -> list[str]:
    """Messages that show rows of a dataset: to judges of plain prompting, and where a provider blamed one."""
    keys = []
    for dataset_id in found.datasets:
        compared = await tx.baselines.newest(await tx.datasets.by_id(dataset_id))
        if compared is not None:  # real posts, in the judges' messages
            keys += [f"baseline:{compared.baseline_id}:{judge}:%" for judge in compared.facts.judges]
    for job in await tx.tuning_jobs.of_voice(found.voice.voice_id):
        if job.dataset_id in found.datasets:
            keys.append(f"tuning:{job.tuning_job_id}:left-out-%")
            failed = await tx.outbox.facts(found.voice.team_id, f"tuning:{job.tuning_job_id}:ended") or {}
            if failed.get("row") or failed.get("likely"):  # by title
                keys.append(f"tuning:{job.tuning_job_id}:ended")
    return keys


async def end_trials(tx: Transaction, found: Inventory) -> None:
    """One under way asks for the texts' own requests: what was sent of it is paid, and no more is."""
    for model, _ in found.models:
        trial = await tx.evaluations.of_model(model.voice_model_id)
        if trial is not None and not trial.has_ended:
            await tx.evaluations.end(trial)


async def forget_drafts(tx: Transaction, found: Inventory, team_id: str) -> None:
    """On their cards and below them: the model's words stay, who asked and for what does not."""
    for draft_id in found.person.drafts:
        draft = await tx.drafts.by_id(draft_id)
        for key, instead in (
            (draft.card_key, {"by": SOMEBODY, "brief": FORGOTTEN}),
            (draft.text_key, {"by": SOMEBODY}),
        ):
            said = await tx.outbox.facts(team_id, key)
            if said is not None:
                await tx.forgetting.retell(team_id, key, {**said, **instead})
