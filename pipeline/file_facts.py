"""A file read once to its end: what is in it, for the person who dropped it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from pipeline import catalogue
from pipeline.domain.documents import BrokenItem, Document, LeftOut, Measure, Notice
from pipeline.domain.preparing import FileFacts, FileRead, PreparedFile
from pipeline.domain.reading import Figure, Item, SpeakerSeen, TableSeen
from pipeline.sources.reading import Limits, format_of, read_file
from pipeline.sources.speakers import speaker_key
from pipeline.wording import shortened

SHOWN_BROKEN = 20
SAMPLE_CHARS = 120
# A paragraph of so many characters says something; "Yeah." is what everybody says.
TELLING_CHARS = 60


@dataclass(slots=True)
class _Seen:
    documents: int = 0
    broken: int = 0
    authors: Counter[str] = field(default_factory=Counter)
    notices: list[Notice] = field(default_factory=list)
    tables: list[TableSeen] = field(default_factory=list)
    speakers: dict[str, SpeakerSeen] = field(default_factory=dict)
    figures: Counter[Measure] = field(default_factory=Counter)
    rows: list[catalogue.Row] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    def count(self, item: Item) -> None:
        match item:
            case Notice():
                self.notices.append(item)
            case BrokenItem():
                self.broken += 1
                self.left_out["broken"] += 1
                if self.broken <= SHOWN_BROKEN:
                    self.notices.append(Notice("broken", item.source_name, item.reason))
            case Document():
                self.documents += 1
                self.rows.append(catalogue.row_of(item))
                self.count_writer(item)
            case TableSeen():
                self.tables.append(item)
            case Figure():
                self.figures[item.measure] += 1
            case LeftOut():
                self.documents += 1
                self.left_out[item.reason] += 1

    def count_writer(self, document: Document) -> None:
        author = document.author_name or document.author
        if document.register == "spoken" and document.author is not None:
            key = speaker_key(document)
            before = self.speakers.get(key)
            words = len(document.body.split()) + (before.words if before else 0)
            sample = before.sample if before else telling_line(document.body)
            self.speakers[key] = SpeakerSeen(key, document.author, words, sample)
        elif document.status == "publish" and document.kind == "post" and author:
            self.authors[author] += 1


def look_through(file: PreparedFile, limits: Limits, *, progress: Callable[[int], None] | None = None) -> FileRead:
    """Raises a DataError when the file cannot be read. Who is the voice in a transcript does not matter here.

    progress: is told how many items were read so far.
    """
    seen = _Seen()
    for item in read_file(file.path, name=file.name, limits=limits, options=replace(file.options, speakers=None)):
        seen.count(item)
        if progress:
            progress(seen.documents + seen.broken)
    listed = catalogue.stored(seen.rows, file_format=format_of(file.path, name=file.name), left_out=seen.left_out)
    return FileRead(facts_seen(seen), listed)


def facts_seen(seen: _Seen) -> FileFacts:
    return FileFacts(
        documents=seen.documents,
        broken=seen.broken,
        authors=dict(seen.authors.most_common()),
        notices=tuple(seen.notices),
        tables=tuple(seen.tables),
        speakers=tuple(sorted(seen.speakers.values(), key=lambda one: -one.words)),
        figures=dict(seen.figures.most_common()),
    )


def telling_line(body: str) -> str:
    """The beginning of the first paragraph by which one may know who speaks; of the longest where all are short."""
    paragraphs = [" ".join(paragraph.split()) for paragraph in body.split("\n\n")]
    longest = max(paragraphs, key=len)
    return shortened(next((one for one in paragraphs if len(one) >= TELLING_CHARS), longest), SAMPLE_CHARS)
