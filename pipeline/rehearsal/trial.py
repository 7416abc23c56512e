"""A rehearsal and the phrases that go with it, from the rows of a stored dataset."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.domain.documents import DocumentId, ExampleId, Split
from pipeline.domain.prepared import Example
from pipeline.phrases import Phrases, find_phrases
from pipeline.rehearsal.rehearse import Rehearsal, TooFew, rehearse


@dataclass(frozen=True, slots=True)
class Trial:
    """What people are shown before they pay."""

    rehearsal: Rehearsal
    phrases: Phrases


def try_out(train_rows: bytes, held_out_rows: bytes, *, seed: int = 0) -> Trial | TooFew:
    """Both are chat rows as examples.to_jsonl writes them; equal arguments give equal trials."""
    train, held_out = list(read_rows(train_rows, "train")), list(read_rows(held_out_rows, "test"))
    rehearsal = rehearse(train, held_out, seed)
    if isinstance(rehearsal, TooFew):
        return rehearsal
    return Trial(rehearsal, find_phrases([row.completion for row in [*train, *held_out]]))


def read_rows(rows: bytes, split: Split) -> Iterator[Example]:
    """Rows as examples; ids are their numbers and tokens are not counted."""
    for number, line in enumerate(rows.decode().split("\n")):
        if line:
            said = {one["role"]: one["content"] for one in json.loads(line)["messages"]}
            text, name = said["assistant"], f"{split}-{number}"
            yield Example(
                example_id=ExampleId(name),
                document_id=DocumentId(name),
                system=said.get("system", ""),
                prompt=said["user"],
                completion=text,
                split=split,
                tokens=0,
                words=len(text.split()),
            )
