"""A file or a set of texts cannot be used as it is."""

from datetime import datetime

from pipeline.errors.base import AppError


class DataError(AppError):
    """A file or a dataset cannot be used as it is."""


class UnreadableType(DataError):
    def __init__(self, name: str, suffix: str) -> None:
        super().__init__(name, suffix)
        self.name = name
        self.suffix = suffix


class EmptyFile(DataError):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class FiguresWithoutPages(DataError):
    """A table of clicks or views that does not say of which pages."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class UnreadableFile(DataError):
    """where: "line 12", "row 3", "archive directory"; empty when the place is unknown."""

    def __init__(self, name: str, where: str = "") -> None:
        super().__init__(name, where)
        self.name = name
        self.where = where


class FileTooBig(DataError):
    def __init__(self, name: str, size_bytes: int, limit_bytes: int) -> None:
        super().__init__(name, size_bytes, limit_bytes)
        self.name = name
        self.size_bytes = size_bytes
        self.limit_bytes = limit_bytes


class ArchiveBomb(DataError):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class UnsafeXml(DataError):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class NothingLeft(DataError):
    """closest_author: the left-out author with most items, when another author was the reason."""

    def __init__(self, documents_read: int, closest_author: str | None = None, closest_count: int = 0) -> None:
        super().__init__(documents_read, closest_author, closest_count)
        self.documents_read = documents_read
        self.closest_author = closest_author
        self.closest_count = closest_count


class SameFile(DataError):
    """documents: of it that are kept."""

    def __init__(self, name: str, read_at: datetime, documents: int) -> None:
        super().__init__(name, read_at, documents)
        self.name = name
        self.read_at = read_at
        self.documents = documents


class RoundLocked(DataError):
    """What was approved no longer changes."""

    def __init__(self, handle: str, number: int) -> None:
        super().__init__(handle, number)
        self.handle = handle
        self.number = number


class TextsNotReady(DataError):
    """reason: "none", or "preparing" while a change is still being worked in."""

    def __init__(self, handle: str, reason: str) -> None:
        super().__init__(handle, reason)
        self.handle = handle
        self.reason = reason


class NothingToCompare(DataError):
    """There is no earlier version, or it was stored before versions could be compared."""


class DownloadRefused(DataError):
    def __init__(self, name: str, status: int) -> None:
        super().__init__(name, status)
        self.name = name
        self.status = status


class TextsForgotten(DataError):
    """Somebody asked for them to be forgotten; they are nowhere any more."""


class UploadRefused(DataError):
    """code: Slack's own word, or the status of the answer."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class UnresolvedBlocker(DataError):
    def __init__(self, rules: tuple[str, ...]) -> None:
        super().__init__(rules)
        self.rules = rules


class TooFewExamples(DataError):
    def __init__(self, examples: int, needed: int) -> None:
        super().__init__(examples, needed)
        self.examples = examples
        self.needed = needed
