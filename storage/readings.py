"""What was said and found about reading a file, as JSON and back."""

from typing import Any, Final

from pydantic import TypeAdapter

from pipeline.domain.preparing import FileFacts
from pipeline.domain.reading import ReadOptions

READING: Final = TypeAdapter(ReadOptions)
FACTS: Final = TypeAdapter(FileFacts)


def stored_readings(readings: tuple[ReadOptions, ...]) -> list[dict[str, Any]]:
    return [READING.dump_python(one, mode="json") for one in readings]


def readings_of(stored: list[dict[str, Any]] | None) -> tuple[ReadOptions, ...]:
    return tuple(READING.validate_python(one) for one in stored or ())


def stored_facts(facts: FileFacts) -> dict[str, Any]:
    stored: dict[str, Any] = FACTS.dump_python(facts, mode="json")
    return stored


def facts_of(stored: dict[str, Any] | None) -> FileFacts:
    """Empty for a file that was not read yet."""
    return FACTS.validate_python(stored or {})
