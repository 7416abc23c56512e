"""How a dataset was made and what became of each document: enough to make it again and to compare it with another."""

from dataclasses import dataclass, field

from pipeline.domain.documents import DocumentId, ExampleId, LeftOutReason, Recipe, Rule, Split
from pipeline.domain.reading import ReadOptions
from pipeline.domain.voices import Purpose


@dataclass(frozen=True, slots=True)
class SourceUsed:
    """A file by the name its documents carry, the SHA-256 (hex) of its bytes, and what was said about reading it."""

    name: str
    sha256: str
    reading: ReadOptions = field(default_factory=ReadOptions)


@dataclass(frozen=True, slots=True)
class RowsFor:
    """What rows were made and counted for. system: the system message. context_tokens: longer rows are too long.

    own_drafts: what was drafted for the voice, so that such texts are known again. purpose: what the voice is for.
    """

    system: str
    encoding: str
    is_exact: bool
    context_tokens: int
    own_drafts: tuple[str, ...] = ()
    purpose: Purpose | None = None


@dataclass(frozen=True, slots=True)
class Making:
    """A recipe with all that it was applied to; the same making gives the same rows.

    rules: the version of the program's reading and cleaning code. content_hash: of the rows it came to.
    kept_out: files that were there and that the policy on origins did not let in; no row comes from them.
    """

    recipe: Recipe
    sources: tuple[SourceUsed, ...]
    rows_for: RowsFor
    rules: str
    content_hash: str
    kept_out: tuple[SourceUsed, ...] = ()


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one document: a row (example_id and split), or left out.

    key: unique over the sources. rules: those that found something in it and whose fix is in the row.
    """

    key: DocumentId
    title: str
    left_out: LeftOutReason | None = None
    example_id: ExampleId | None = None
    split: Split | None = None
    tokens: int = 0
    words: int = 0
    rules: tuple[Rule, ...] = ()

    @property
    def source_name(self) -> str:
        return self.key.partition("\n")[0]


@dataclass(frozen=True, slots=True)
class Text:
    """The words of one row."""

    prompt: str
    completion: str


@dataclass(frozen=True, slots=True)
class Version:
    """A dataset as it is compared. texts: of the kept fates, by key."""

    making: Making
    fates: tuple[Fate, ...]
    texts: dict[DocumentId, Text]
