"""x"""

from collections.abc import Iterator
from pipeline.errors import UnreadableType
from pipeline.sources.source import Item, Source


def read_text(source: Source) -> Iterator[Item]:
    raise UnreadableType(source.name, source.suffix)
