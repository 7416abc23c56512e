"""The form that takes small files, for people who would rather not drop them."""

from typing import Any

from slack_sdk.models.blocks import InputBlock, PlainTextObject
from slack_sdk.models.blocks.block_elements import FileInputElement
from slack_sdk.models.views import View

from bot.slack.forms import chosen_files
from bot.slack.message import section
from pipeline.domain.voices import RoundId

UPLOAD_FORM = "datasets.upload_form"
FILES = "datasets.upload.files"
MEGABYTE = 1024 * 1024
FORM_LIMIT_BYTES = 10 * MEGABYTE
MOST_FILES = 10  # Slack's limit for a file input
TOO_BIG = (
    "This form takes 10 MB per file. Close it and drop the file in the dataset thread instead — "
    "up to 200 MB works there."
)


def upload_form(round_id: RoundId) -> View:
    files = FileInputElement(action_id=FILES, max_files=MOST_FILES)
    return View(
        type="modal",
        callback_id=UPLOAD_FORM,
        title=PlainTextObject(text="Add texts"),
        submit=PlainTextObject(text="Add"),
        close=PlainTextObject(text="Cancel"),
        private_metadata=str(round_id),
        blocks=[
            InputBlock(block_id=FILES, label=PlainTextObject(text="Files, up to 10 MB each"), element=files),
            section("Larger ones go into the dataset thread: up to 200 MB works there."),
        ],
    )


def files_entered(view: dict[str, Any]) -> list[dict[str, Any]]:
    return chosen_files(view, FILES)


def is_too_big(files: list[dict[str, Any]]) -> bool:
    return any(int(file.get("size") or 0) > FORM_LIMIT_BYTES for file in files)
