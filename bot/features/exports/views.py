"""What is said with an export."""

from typing import Final

from bot.features.exports.usecase import READY
from bot.slack.message import Facts, Message, plain
from bot.slack.mrkdwn import moment, quoted
from pipeline.wording import counted

UNDER_WAY: Final = "I put together everything about {handle} and send it to you in a direct message."
WHY: Final = {
    "private": "It is private writing, so I don't send it through Slack.",
    "refused": "Slack didn't take the file.",
}
KEEP_SAFE: Final = "Keep it as safe as the texts themselves."


def ready(facts: Facts) -> Message:
    handle = quoted(facts["handle"])
    if facts["how"] == "link":
        return plain(
            f"📦 *{handle}*: {WHY[facts['why']]} You can <{facts['url']}|fetch it from my own page> until "
            f"{moment(facts['until'])}; the link is yours alone. {KEEP_SAFE}"
        )
    if facts["how"] == "neither":
        return plain(
            f"📦 *{handle}*: {WHY[facts['why']]} I have no page of my own to fetch it from either. Whoever runs me can "
            f"make the file: `understudy export {handle} --out FILE`."
        )
    return plain(
        f"📦 *{handle}*: everything I hold about it is in the file: {counted(facts['texts'], 'text')}, "
        f"{counted(facts['datasets'], 'dataset')}, {counted(facts['drafts'], 'draft')}, feedback, consent and the "
        f"audit log. `card.md` in it says what is where; `understudy import` makes the voice of it again. {KEEP_SAFE}"
    )


TEMPLATES = {READY: ready}
