"""A voice's preferences in words."""

from bot.features.preferences.drafters import UNSEEN
from bot.features.preferences.usecase import Chosen
from bot.slack.drafter_words import may_draft, named
from bot.slack.message import Facts, Message, plain
from bot.slack.mrkdwn import quoted


def chosen_text(chosen: Chosen, command: str) -> str:
    handle, wanted = quoted(chosen.voice.handle), chosen.preferences
    weekly = "on Mondays in its channel" if wanted.weekly else "off"
    other = "no" if wanted.weekly else "yes"
    allowed = may_draft(chosen.voice.drafters)
    narrow = "everyone" if chosen.voice.drafters else "#content,@editors"
    return (
        f"*{handle}*: {allowed} may draft · a draft should take {wanted.target_s} s at the most · weekly digest "
        f"{weekly}. Owner, steward, editors and admins always may draft. Its steward and owner change that: "
        f"`{command} settings {handle} drafters={narrow} seconds={wanted.target_s} digest={other}`"
    )


def unseen(facts: Facts) -> Message:
    where = named(facts["unseen"])
    return plain(
        f"Slack doesn't tell me who is in {where}, so its members can't draft with *{quoted(facts['handle'])}* yet. "
        f"Type `/invite @Understudy` in {where}; I look again every five minutes. Or name somebody else: "
        f"`/voice settings {quoted(facts['handle'])} drafters=…`"
    )


TEMPLATES = {UNSEEN: unseen}
