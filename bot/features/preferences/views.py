"""A voice's preferences in words."""

from bot.features.preferences.usecase import Chosen
from bot.slack.mrkdwn import quoted


def chosen_text(chosen: Chosen, command: str) -> str:
    handle, wanted = quoted(chosen.voice.handle), chosen.preferences
    weekly = "on Mondays in its channel" if wanted.weekly else "off"
    other = "no" if wanted.weekly else "yes"
    return (
        f"*{handle}*: a draft should take {wanted.target_s} s at the most · weekly digest {weekly}. Its steward and "
        f"owner change that: `{command} settings {handle} seconds={wanted.target_s} digest={other}`"
    )
