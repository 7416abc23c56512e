"""/voice new, list, show, help, and the New voice form."""

from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.features.voices.naming import NameVoice
from bot.features.voices.standing import ChangeStanding, RetireVersion
from bot.features.voices.usecase import CheckNewVoice, CreateVoice, ListVoices, ShowVoice
from bot.features.voices.views import (
    ALSO_NAMED,
    NAME_CHARS,
    NAME_TOO_LONG,
    NEW_VOICE,
    OWNER,
    OWNER_NAME,
    OWNER_NEEDED,
    PAUSED,
    RENAMED,
    RESUMED,
    RETIRED,
    help_text,
    new_voice_form,
    voice_list,
    voice_page,
)
from bot.slack.amounts import WrongEntry
from bot.slack.commands import Commands, Reply, Verb
from bot.slack.drafter_forms import drafters_chosen
from bot.slack.failures import failures_told_by
from bot.slack.forms import errors_at, field_value
from bot.slack.grammar import Typed, mentioned_user, parse_handle, parse_model
from pipeline.domain.voices import NewVoice, outside_name
from pipeline.errors import MissingArgument


@dataclass(frozen=True, slots=True)
class VoiceListeners:
    check: CheckNewVoice
    create: CreateVoice
    list_voices: ListVoices
    show: ShowVoice
    change: ChangeStanding
    retire: RetireVersion
    name: NameVoice
    commands: Commands

    def register(self, app: AsyncApp) -> None:
        self.commands.add(Verb("new", "new <name> @owner", "make a voice and ask its owner", self.on_new))
        self.commands.add(Verb("list", "list", "the voices there are", self.on_list))
        self.commands.add(Verb("show", "show <name>", "one voice: texts, models, what it waits for", self.on_show))
        self.commands.add(Verb("help", "help", "this list", self.on_help))
        self.commands.add(Verb("pause", "pause <name>", "close its drafts for now", self.on_pause))
        self.commands.add(Verb("resume", "resume <name>", "go on with a paused voice", self.on_resume))
        self.commands.add(Verb("retire", "retire <name>@v2", "never draft with this version again", self.on_retire))
        self.commands.add(Verb("rename", "rename <name> <new name>", "call it something else", self.on_rename))
        self.commands.add(Verb("alias", "alias <name> <other name>", "a second name for it", self.on_alias))
        app.view(NEW_VOICE)(self.on_submitted)

    async def on_new(self, typed: Typed) -> Reply:
        if not typed.words or typed.trigger_id is None:
            raise MissingArgument("/voice new founder @owner")
        owners = [user for word in typed.words if (user := mentioned_user(word))]
        handle = parse_handle(" ".join(word for word in typed.words if not mentioned_user(word)))
        groups = await self.check(typed.team_id, handle)
        owner = owners[0] if owners else None
        form = new_voice_form(handle, typed.channel_id, typed.user, owner, groups)
        return Reply(modal=form, modal_needs_channel=True)

    async def on_submitted(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        async with failures_told_by(errors_at(ack, "handle")):
            try:
                new = new_voice(body["team"]["id"], view)
            except WrongEntry as wrong:
                await ack(response_action="errors", errors={wrong.block_id: wrong.sentence})
                return
            await self.create(new)
            await ack()

    async def on_list(self, typed: Typed) -> Reply:
        return Reply(voice_list(await self.list_voices(typed.team_id)))

    async def on_show(self, typed: Typed) -> Reply:
        if not typed.words:
            raise MissingArgument("/voice show founder")
        return Reply(voice_page(await self.show(typed.team_id, parse_handle(typed.words[0]))))

    async def on_pause(self, typed: Typed) -> Reply:
        voice = await self.change(typed.team_id, typed.user, handle_in(typed, "pause"), "paused")
        return Reply(PAUSED.format(handle=voice.handle))

    async def on_resume(self, typed: Typed) -> Reply:
        voice = await self.change(typed.team_id, typed.user, handle_in(typed, "resume"), "active")
        return Reply(RESUMED.format(handle=voice.handle))

    async def on_retire(self, typed: Typed) -> Reply:
        handle, version = parse_model(typed.words[0]) if typed.words else ("", None)
        if version is None:
            raise MissingArgument("/voice retire founder@v2")
        await self.retire(typed.team_id, typed.user, handle, version)
        return Reply(RETIRED.format(handle=handle, version=version))

    async def on_rename(self, typed: Typed) -> Reply:
        old, new = two_names(typed, "rename")
        voice = await self.name(typed.team_id, typed.user, old, new, "rename")
        return Reply(RENAMED.format(old=old, new=voice.handle))

    async def on_alias(self, typed: Typed) -> Reply:
        old, new = two_names(typed, "alias")
        voice = await self.name(typed.team_id, typed.user, old, new, "alias")
        return Reply(ALSO_NAMED.format(old=voice.handle, new=new))

    async def on_help(self, typed: Typed) -> Reply:  # noqa: ARG002  # every verb has the same shape
        return Reply(help_text(self.commands.command, list(self.commands.verbs.values())))


def handle_in(typed: Typed, verb: str) -> str:
    """Raises MissingArgument, BadHandle."""
    if not typed.words:
        raise MissingArgument(f"/voice {verb} founder")
    return parse_handle(typed.words[0])


def two_names(typed: Typed, verb: str) -> tuple[str, str]:
    """Raises MissingArgument, BadHandle."""
    if len(typed.words) < 2:
        raise MissingArgument(f"/voice {verb} founder ceo")
    return parse_handle(typed.words[0]), parse_handle(typed.words[1])


def new_voice(team_id: str, view: dict[str, Any]) -> NewVoice:
    """The submitted form as a value. Raises BadHandle, WrongEntry."""
    purposes: Any = field_value(view, "purpose")
    sensitivity: Any = field_value(view, "sensitivity")
    return NewVoice(
        team_id=team_id,
        handle=parse_handle(field_value(view, "handle")),
        purpose=purposes,
        sensitivity=sensitivity,
        owner=owner_entered(view),
        steward=field_value(view, "steward"),
        channel_id=view["private_metadata"],
        works_if=field_value(view, "works_if"),
        why=field_value(view, "why"),
        drafters=drafters_chosen(view),
    )


def owner_entered(view: dict[str, Any]) -> str:
    """A Slack user id, or the name of somebody who is not in Slack. Raises WrongEntry."""
    chosen, name = field_value(view, OWNER), outside_name(field_value(view, OWNER_NAME))
    if bool(chosen) == bool(name):
        raise WrongEntry(OWNER, OWNER_NEEDED)
    if len(name) > NAME_CHARS:
        raise WrongEntry(OWNER_NAME, NAME_TOO_LONG)
    return chosen or name
