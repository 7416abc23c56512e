"""A voice's preferences in words."""

from bot.features.preferences.drafters import UNSEEN
from bot.features.preferences.usecase import Chosen
from bot.slack.drafter_words import may_draft, named
from bot.slack.message import Facts, Message, plain
from bot.slack.mrkdwn import person, quoted
from pipeline.domain.voices import Voice, WantedDrafters


def chosen_text(chosen: Chosen, command: str) -> str:
    handle, wanted = quoted(chosen.voice.handle), chosen.preferences
    weekly = "on Mondays in its channel" if wanted.weekly else "off"
    other = "no" if wanted.weekly else "yes"
    allowed = may_draft(chosen.voice.drafters)
    waits = f" {waiting(chosen.voice, chosen.voice.wanted)}" if chosen.voice.wanted else ""
    narrow = "everyone" if chosen.voice.drafters else "#content,@editors"
    return (
        f"*{handle}*: {allowed} may draft.{waits} A draft should take {wanted.target_s} s at the most · weekly digest "
        f"{weekly}. Owner, steward, editors and admins always may draft. Its steward and owner change that: "
        f"`{command} settings {handle} drafters={narrow} seconds={wanted.target_s} digest={other}`"
    )


def waiting(voice: Voice, wanted: WantedDrafters) -> str:
    who = person(voice.owner) if voice.owner_is_here else f"the admins, who speak for {quoted(voice.owner)}"
    return (
        f"I asked {who} whether {may_draft(wanted.drafters)} may: that is more than was agreed to. Until then it stays."
    )


def unseen(facts: Facts) -> Message:
    where = named(facts["unseen"])
    return plain(
        f"Slack doesn't tell me who is in {where}, so its members can't draft with *{quoted(facts['handle'])}* yet. "
        f"Type `/invite @Understudy` in {where}; I look again every five minutes. Or name somebody else: "
        f"`/voice settings {quoted(facts['handle'])} drafters=…`"
    )


TEMPLATES = {UNSEEN: unseen}
