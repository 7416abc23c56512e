"""Names of people as programs write them into files; an address is never one."""

import re

ADDRESS = re.compile(r"<?[^\s<>@]+@[^\s<>@]+>?")
# What office programs and converters write when nobody has told them a name.
NOBODY = frozenset(
    {"", "-", "admin", "administrator", "anonymous", "author", "microsoft", "microsoft office user", "none", "owner"}
    | {"python-docx", "openpyxl", "unknown", "unknown author", "user", "windows user", "apache poi", "google docs"}
)


def person(stated: str) -> str | None:
    name = " ".join(without_addresses(stated).split()).strip(" ,;\"'()")
    return None if name.casefold() in NOBODY else name[:200]


def without_addresses(text: str) -> str:
    return ADDRESS.sub("", text)
