"""Which keys of JSON objects mean what: by name, by the length of what stands under them, or as a person said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.domain.reading import Column, Field, TableColumns, TableSeen
from pipeline.sources.csv_layout import SHOWN_SAMPLES, shown
from pipeline.sources.fields import known_fields, plain

Json = Mapping[str, Any]  # Any: JSON is whatever was written

# A key whose values are this long on average, in several words, holds writing; titles and summaries are shorter.
WRITING_CHARS = 150
MOST_KEYS = 200


@dataclass(frozen=True, slots=True)
class Keys:
    """names: of all objects looked at, in the order they came. fields: which of them mean what."""

    names: tuple[str, ...]
    fields: dict[Field, str]
    samples: tuple[tuple[str, ...], ...]
    is_sure: bool
    is_told: bool

    def of(self, value: Json) -> dict[Field, str]:
        """Each object names its own parts, unless a person said what they are."""
        if self.is_told:
            return self.fields
        own = known_fields(value)
        return own if "body" in own or "completion" in own else {**own, **self._guess()}

    def has_text(self, value: Json) -> bool:
        """Whether any of the object's keys is one for writing."""
        fields = self.of(value)
        return any(fields.get(field) in value for field in ("body", "completion") if field in fields)

    def _guess(self) -> dict[Field, str]:
        return {} if self.is_sure or "body" not in self.fields else {"body": self.fields["body"]}

    def seen(self, source_name: str) -> TableSeen:
        columns = tuple(Column(shown(name), told) for name, told in zip(self.names, self.samples, strict=True))
        fields = tuple((field, self.names.index(name)) for field, name in self.fields.items() if name in self.names)
        return TableSeen(source_name, columns, fields, has_header=True, is_sure=self.is_sure)


def find_keys(objects: Sequence[Json], told: TableColumns | None) -> Keys:
    """objects: the first of a file."""
    names = tuple(dict.fromkeys(name for one in objects for name in one))[:MOST_KEYS]
    samples = tuple(tuple(_samples(one.get(name) for one in objects)) for name in names)
    if told:
        fields = {field: names[at] for field, at in told.fields if at < len(names)}
        return Keys(names, fields, samples, is_sure=True, is_told=True)
    known = known_fields(names)
    is_sure = "body" in known or "completion" in known
    guess = None if is_sure else _longest([name for name in names if name not in known.values()], objects)
    return Keys(names, {**known, "body": guess} if guess else known, samples, is_sure, is_told=False)


def _samples(values: Iterable[Any]) -> list[str]:
    told = (shown(plain(value)) for value in values)
    return [one for one in told if one][:SHOWN_SAMPLES]


def _longest(names: Sequence[str], objects: Sequence[Json]) -> str | None:
    lengths = {name: _mean_chars([plain(one.get(name)) for one in objects]) for name in names}
    longest = max(lengths, key=lambda name: lengths[name], default=None)
    return longest if longest is not None and lengths[longest] >= WRITING_CHARS else None


def _mean_chars(values: Sequence[str]) -> float:
    worded = [value for value in values if " " in value]
    return sum(map(len, worded)) / max(1, len(values))
