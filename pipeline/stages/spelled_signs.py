"""Full stops and commas that some old corpora spell as tags."""

import re
from collections.abc import Mapping
from typing import Final

# What each stands for where it is always the same; the others part words and say no more.
_SPELLED: Final[Mapping[str, str]] = {"p": ".", "c": ",", "s": ";", "l": ":"}
_SIGN = re.compile(r"\s*<([a-zA-Z])>")


def spelled_out(text: str) -> str:
    """With "." for <p> and "," for <c>; a text without both of them, or with elements that end, is left as it is."""
    if "<c>" not in text or "<p>" not in text or "</" in text:
        return text
    return _SIGN.sub(lambda sign: _SPELLED.get(sign[1].lower(), ""), text)
