"""Writes down how a dataset was made, and reads it back: as JSON, the same bytes for the same making."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from pipeline.domain.documents import DocumentId, Recipe, Rule, Split
from pipeline.domain.origins import Fate, Making, Text, Version
from pipeline.domain.prepared import Prepared
from pipeline.errors import UnreadableFile
from pipeline.findings import choice_of
from pipeline.stages.splitting import whole_key

RECIPE_FILE: Final = "recipe.json"
FATES_FILE: Final = "documents.jsonl"
ROW_FILES: Final[Mapping[Split, str]] = {
    "train": "examples.jsonl",
    "validation": "validation.jsonl",
    "test": "test.jsonl",
}
RULES_CHARS: Final = 12

_MAKING: Final = TypeAdapter(Making)
_FATE: Final = TypeAdapter(Fate)


@lru_cache(maxsize=1)
def rules_version() -> str:
    """The program's version and a hash over the code of this package: a rule that changed is never overlooked."""
    digest = hashlib.sha256()
    folder = Path(__file__).parent
    for file in sorted(folder.rglob("*.py")):
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes())
    return f"{version('understudy')}+{digest.hexdigest()[:RULES_CHARS]}"


def making_bytes(making: Making) -> bytes:
    """JSON to read and to edit; the order in which choices were made leaves no trace in it."""
    values = _MAKING.dump_python(making, mode="json")
    return (json.dumps(values, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def read_making(content: bytes, *, name: str = RECIPE_FILE) -> Making:
    """Raises UnreadableFile."""
    try:
        return _MAKING.validate_json(content)
    except ValidationError as error:
        raise UnreadableFile(name, _place(error)) from error


def fates(prepared: Prepared, recipe: Recipe) -> Iterator[Fate]:
    """Of all documents: kept ones in the order of the rows, split after split; then those left out."""
    rules = _rules_by_key(prepared, recipe)
    for split in ROW_FILES:
        for row in prepared.of(split):
            yield Fate(
                key=DocumentId(_storable(row.key)),
                title=_storable(row.title),
                example_id=row.example_id,
                split=row.split,
                tokens=row.tokens,
                words=row.words,
                rules=tuple(rules.get(whole_key(row.key), ())),
            )
    for gone in prepared.left_out:
        key = DocumentId(_storable(f"{gone.source_name}\n{gone.document_id}"))
        yield Fate(key, _storable(gone.title), gone.reason)


def fates_bytes(of: Iterable[Fate]) -> bytes:
    """One JSON object a line; what is not said of a document is left out."""
    return b"".join(_FATE.dump_json(fate, exclude_defaults=True) + b"\n" for fate in of)


def read_fates(content: bytes, *, name: str = FATES_FILE) -> tuple[Fate, ...]:
    """Raises UnreadableFile."""
    found = []
    for number, line in enumerate(content.splitlines(), start=1):
        try:
            found.append(_FATE.validate_json(line))
        except ValidationError as error:
            raise UnreadableFile(name, f"line {number}") from error
    return tuple(found)


def read_version(making: bytes, of_documents: bytes, *rows: bytes) -> Version:
    """rows: of train, validation and test, as they were written. Raises UnreadableFile."""
    found = read_fates(of_documents)
    kept = [fate.key for fate in found if fate.left_out is None]
    texts = [text for split in rows for text in _texts(split)]
    if len(kept) != len(texts):
        raise UnreadableFile(FATES_FILE, "")
    return Version(read_making(making), found, dict(zip(kept, texts, strict=True)))


def same_sources(one: Making, other: Making) -> bool:
    return sorted(source.sha256 for source in one.sources) == sorted(source.sha256 for source in other.sources)


def _rules_by_key(prepared: Prepared, recipe: Recipe) -> dict[DocumentId, list[Rule]]:
    rules: dict[DocumentId, list[Rule]] = {}
    for rule, keys in prepared.touched.items():
        if choice_of(recipe, rule) != "keep":
            for key in keys:
                rules.setdefault(key, []).append(rule)
    return rules


def _texts(content: bytes) -> Iterator[Text]:
    try:
        for line in content.split(b"\n"):
            if line.strip():
                said = {message["role"]: message["content"] for message in json.loads(line)["messages"]}
                yield Text(said.get("user", ""), said["assistant"])
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableFile(ROW_FILES["train"], "") from error


def _storable(text: str) -> str:
    """Half a surrogate pair, as a file may hold one, cannot be written as UTF-8."""
    return text.encode("utf-8", "replace").decode()


def _place(error: ValidationError) -> str:
    where: Sequence[int | str] = error.errors()[0]["loc"]
    return ".".join(str(part) for part in where)
