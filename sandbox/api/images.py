"""Images that are files in Slack: shown once Slack knows their type, and only if the app may see them."""

import re
from collections.abc import Iterator
from typing import Any

from sandbox.api.call import Call
from sandbox.errors import SlackError
from sandbox.workspace import File

FILE_ID = r"^[F][A-Z0-9]{8,}$"
SHOWN_TYPES = frozenset({"image/png", "image/jpeg", "image/gif"})


def check_images(call: Call, blocks: list[dict[str, Any]]) -> None:
    """Raise what Slack answers to an image block (or element) whose slack_file it cannot show."""
    problems = [one for path, held in slack_files(blocks, "/blocks") if (one := problem(call, held, path))]
    if problems:
        raise SlackError("invalid_blocks", messages=problems)


def slack_files(part: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every slack_file object at any depth, with the place it stands at."""
    if isinstance(part, list):
        for index, one in enumerate(part):
            yield from slack_files(one, f"{path}/{index}")
    elif isinstance(part, dict):
        for name, one in part.items():
            if name == "slack_file" and isinstance(one, dict):
                yield f"{path}/{name}", one
            else:
                yield from slack_files(one, f"{path}/{name}")


def problem(call: Call, held: dict[str, Any], path: str) -> str:
    """Empty when it can be shown. Slack's words: python-slack-sdk #1521 and #1658."""
    if "id" in held and "url" in held:
        return f"[ERROR] only one of id and url may be given [json-pointer:{path}]"
    if "id" in held and not re.match(FILE_ID, str(held["id"])):
        return f"[ERROR] input must match regex pattern: {FILE_ID} [json-pointer:{path}/id]"
    file = named(call, held)
    workspace = call.slack.workspace
    is_shown = file is not None and file.is_processed and file.mimetype in SHOWN_TYPES and workspace.bot_sees(file)
    return "" if is_shown else f"[ERROR] invalid slack file [json-pointer:{path}]"


def named(call: Call, held: dict[str, Any]) -> File | None:
    """By its id, or by url_private or the permalink, both of which hold the id."""
    files = call.slack.workspace.files
    if "id" in held:
        return files.get(str(held["id"]))
    return next((file for file_id, file in files.items() if file_id in str(held.get("url", ""))), None)
