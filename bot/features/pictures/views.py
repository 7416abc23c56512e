"""One message with the pictures of a dataset; its text says the same for who cannot see them."""

from typing import Final

from slack_sdk.models.blocks import Block, ImageBlock
from slack_sdk.models.blocks.basic_components import SlackFile

from bot.features.pictures.usecase import PICTURES
from bot.slack.message import Facts, Message, plain, section
from bot.slack.mrkdwn import escape, quoted

SHOW: Final = "pictures.show"  # a button of the cleaning report

COMING: Final = "The pictures come in this thread in a moment."
NOTHING: Final = "There are no texts to draw yet. Drop files in this thread first."


def shown(facts: Facts) -> Message:
    if "sentence" in facts:
        return plain(facts["sentence"])
    head = f"🖼 *{quoted(facts['handle'])} · round {facts['number']}* in pictures"
    pictures: list[Block] = [
        ImageBlock(alt_text=one["alt"], slack_file=SlackFile(id=one["file"])) for one in facts["pictures"]
    ]
    text = "\n".join([head, *(escape(one["alt"]) for one in facts["pictures"])])
    return Message(text, (section(head), *pictures))


TEMPLATES = {PICTURES: shown}
