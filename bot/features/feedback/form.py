"""The form in which a short draft is rewritten: opened from a shortcut or a button, kept like a `fix:` reply."""

from dataclasses import dataclass

from bot.draft_places import draft_at
from bot.features.feedback.rewriting import keep, new_rewrite
from pipeline.domain.drafting import Draft, DraftId
from pipeline.errors import MissingArgument, NotADraft
from pipeline.ports import Clock, Database, People
from pipeline.rewrites import read_submission


@dataclass(frozen=True, slots=True)
class Filled:
    """A submitted form. text: as typed. form_id: Slack's id of the form, unique."""

    team_id: str
    draft_id: DraftId
    user: str
    text: str
    form_id: str


@dataclass(frozen=True, slots=True)
class OpenFix:
    """The draft that a form is to be filled with. Raises NotADraft."""

    database: Database
    people: People

    async def at(self, team_id: str, channel_id: str, ts: str, user: str) -> Draft:
        async with self.database.read() as tx:
            return self.allowed(await draft_at(tx, team_id, channel_id, ts), team_id, user)

    async def of(self, draft_id: DraftId, team_id: str, user: str) -> Draft:
        async with self.database.read() as tx:
            return self.allowed(await tx.drafts.by_id(draft_id), team_id, user)

    def allowed(self, draft: Draft | None, team_id: str, user: str) -> Draft:
        known = draft is not None and draft.written is not None and draft.asked.team_id == team_id
        if draft is None or not known or self.people.is_guest(team_id, user):
            raise NotADraft
        return draft


@dataclass(frozen=True, slots=True)
class KeepFilledForm:
    """A form's text becomes a rewrite, once per form. Raises NotADraft, MissingArgument."""

    database: Database
    people: People
    clock: Clock

    async def __call__(self, filled: Filled) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            draft = await tx.drafts.by_id(filled.draft_id)
            if draft.asked.team_id != filled.team_id or self.people.is_guest(filled.team_id, filled.user):
                raise NotADraft
            ts = f"modal-{filled.form_id}"
            if not await tx.deliveries.first_time(f"{filled.team_id}:{ts}", now=now):
                return
            new = new_rewrite(filled.team_id, draft, filled.user, draft.asked.channel_id, ts)
            submission = read_submission(filled.text, slack_escaped=False)
            if not submission.text:
                raise MissingArgument("your version of the draft")
            await keep(tx, draft, new, submission, now=now, shown=True)
