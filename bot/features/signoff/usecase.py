"""The steward asks an editor; the editor keeps or leaves out each text, until the round is paid for."""

from dataclasses import dataclass
from datetime import datetime

from bot.cards import say_round_card
from bot.features.signoff.sayings import say_row, say_standing
from bot.lookup import only_collecting, only_steward, only_unlocked
from pipeline.domain.signoffs import NewSignoff, Sight, Signoff, SignoffId, SignoffRow
from pipeline.domain.voices import RecipeStep, Round, RoundId, StepId, Voice
from pipeline.domain.work import AuditEntry
from pipeline.errors import CannotBeEditor, NotTheEditor, TextsNotReady
from pipeline.ports import Clock, Database, People, Transaction

NOT_SAVED = StepId(0)


@dataclass(frozen=True, slots=True)
class Place:
    """One text before one editor."""

    signoff_id: SignoffId
    number: int


@dataclass(frozen=True, slots=True)
class OpenAsking:
    """The voice whose texts are to be looked at, before the form is shown. Raises as AskEditor."""

    database: Database

    async def __call__(self, round_id: RoundId, team_id: str, user: str) -> Voice:
        async with self.database.read() as tx:
            return (await askable(tx, round_id, team_id, user))[1]


@dataclass(frozen=True, slots=True)
class AskEditor:
    """Has ten random texts sent to an editor; asked again for the same texts, nothing more is sent.

    Raises NotSteward, ConsentWithdrawn, RoundLocked, TextsNotReady, CannotBeEditor.
    """

    database: Database
    people: People
    clock: Clock

    async def __call__(self, round_id: RoundId, team_id: str, user: str, editor: str) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            round_, voice = await askable(tx, round_id, team_id, user)
            only_member(self.people, team_id, editor)
            assert round_.dataset_id is not None
            new = NewSignoff(
                team_id, voice.voice_id, round_id, round_.dataset_id, round_.revision, editor=editor, asked_by=user
            )
            signoff = await tx.signoffs.ask(new, now=now)
            if signoff is None:
                return
            await tx.work.enqueue("signoff", signoff.signoff_id, team_id, run_at=now)
            entry = AuditEntry(team_id, user, "signoff.asked", round_.card_key, after={"editor": editor})
            await tx.audit.record(entry, now=now)


@dataclass(frozen=True, slots=True)
class LookAtRow:
    """The editor's answer for one text; the newest counts.

    Raises NotTheEditor, CannotBeEditor, ConsentWithdrawn, RoundLocked.
    """

    database: Database
    people: People
    clock: Clock

    async def __call__(self, place: Place, team_id: str, user: str, sight: Sight) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            signoff, round_, voice = await editors(tx, place, team_id, user, self.people)
            is_new = await tx.signoff_rows.see(place.signoff_id, place.number, sight, at=now)
            row = row_of(signoff, place)
            recipe_changed = await (put_back if sight == "kept" else leave_out)(tx, round_, row, user, now)
            if not is_new and not recipe_changed:
                return
            await say_answer(tx, place, round_, voice, self.people)
            entry = AuditEntry(team_id, user, f"signoff.{sight}", round_.card_key, after={"number": place.number})
            await tx.audit.record(entry, now=now)


@dataclass(frozen=True, slots=True)
class PutBack:
    """The steward takes a text back in that an editor left out; the editor's answer stays on record.

    Raises NotSteward, ConsentWithdrawn, RoundLocked.
    """

    database: Database
    people: People
    clock: Clock

    async def __call__(self, place: Place, team_id: str, user: str) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            signoff = await signoff_of(tx, place, team_id)
            round_ = await tx.rounds.by_id(signoff.facts.round_id)
            voice = await tx.voices.by_id(round_.voice_id)
            if user != signoff.facts.editor:
                only_steward(voice, user)
            await only_collecting(tx, voice)
            only_unlocked(round_, voice)
            if await put_back(tx, round_, row_of(signoff, place), user, now):
                await say_answer(tx, place, round_, voice, self.people)


async def askable(tx: Transaction, round_id: RoundId, team_id: str, user: str) -> tuple[Round, Voice]:
    round_ = await tx.rounds.by_id(round_id)
    voice = await tx.voices.by_id(round_.voice_id)
    if round_.team_id != team_id:
        raise TextsNotReady(voice.handle, "none")
    only_steward(voice, user)
    await only_collecting(tx, voice)
    only_unlocked(round_, voice)
    if round_.dataset_id is None or round_.prepared_revision < round_.revision:
        raise TextsNotReady(voice.handle, "none" if round_.prepared_revision == round_.revision else "preparing")
    return round_, voice


async def editors(
    tx: Transaction, place: Place, team_id: str, user: str, people: People
) -> tuple[Signoff, Round, Voice]:
    """What the editor may answer now."""
    signoff = await signoff_of(tx, place, team_id)
    if signoff.facts.editor != user:
        raise NotTheEditor(signoff.facts.editor)
    only_member(people, team_id, user)
    round_ = await tx.rounds.by_id(signoff.facts.round_id)
    voice = await tx.voices.by_id(round_.voice_id)
    await only_collecting(tx, voice)
    only_unlocked(round_, voice)
    return signoff, round_, voice


async def signoff_of(tx: Transaction, place: Place, team_id: str) -> Signoff:
    signoff = await tx.signoffs.by_id(place.signoff_id)
    if signoff.facts.team_id != team_id:
        raise NotTheEditor(signoff.facts.editor)
    return signoff


def only_member(people: People, team_id: str, user: str) -> None:
    """Raises CannotBeEditor."""
    if people.is_guest(team_id, user) or not people.is_active(team_id, user):
        raise CannotBeEditor(user)


def row_of(signoff: Signoff, place: Place) -> SignoffRow:
    """Raises LookupError."""
    return {row.number: row for row in signoff.rows}[place.number]


async def leave_out(tx: Transaction, round_: Round, row: SignoffRow, user: str, now: datetime) -> bool:
    """False when it is out already, by whomever."""
    if await standing(tx, round_, row):
        return False
    step = RecipeStep(NOT_SAVED, round_.round_id, by=user, at=now, excluded=row.key)
    await tx.recipe_steps.append(step)
    await prepare_anew(tx, round_, now)
    return True


async def put_back(tx: Transaction, round_: Round, row: SignoffRow, user: str, now: datetime) -> bool:
    """False when it is in."""
    steps = await standing(tx, round_, row)
    for step in steps:
        await tx.recipe_steps.undo(step.step_id, at=now, by=user)
    if steps:
        await prepare_anew(tx, round_, now)
    return bool(steps)


async def standing(tx: Transaction, round_: Round, row: SignoffRow) -> list[RecipeStep]:
    steps = await tx.recipe_steps.of_round(round_.round_id)
    return [step for step in steps if step.excluded == row.key and step.undone_at is None]


async def prepare_anew(tx: Transaction, round_: Round, now: datetime) -> None:
    """The other answers hold for what is left."""
    revision = await tx.rounds.changed(round_.round_id)
    await tx.signoffs.carry(round_.round_id, to_revision=revision)
    await tx.work.enqueue("prepare-round", round_.round_id, round_.team_id, run_at=now)


async def say_answer(tx: Transaction, place: Place, round_: Round, voice: Voice, people: People) -> None:
    signoff = await tx.signoffs.by_id(place.signoff_id)
    now_there = await tx.rounds.by_id(round_.round_id)
    await say_row(tx, signoff, row_of(signoff, place), voice, people)
    for one in await tx.signoffs.of_round(round_.round_id):
        if one.rows:
            await say_standing(tx, one, now_there)
    await say_round_card(tx, now_there, voice)
