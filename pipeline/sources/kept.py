"""Documents written down exactly as they were read: what is left of a file when one of its texts is forgotten."""

from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from pipeline.domain.documents import Document

KEY: Final = "understudy_document"
_DOCUMENT: Final = TypeAdapter(Document)


def as_kept(document: Document) -> dict[str, Any]:
    return {KEY: _DOCUMENT.dump_python(document, mode="json")}


def kept_document(value: dict[str, Any]) -> Document | None:
    """None for any other object, also for one that only looks like ours."""
    if value.keys() != {KEY}:
        return None
    try:
        return _DOCUMENT.validate_python(value[KEY])
    except ValidationError:
        return None
