"""Long texts in parts that fit, where somebody chose that."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from pipeline.cleaning import CleanText, CleanTexts, packed_text, unpacked
from pipeline.domain.documents import DocumentId
from pipeline.examples import RowMaker
from pipeline.prompts import Cleaned, Salience
from pipeline.stages.splitting import part_key, split_at_headings


@dataclass(frozen=True, slots=True)
class Fitted:
    """texts: with the parts of each long one in its place. unsplit: those that have no headings to split at.

    parts: for each text that was split, the keys of its parts.
    """

    texts: CleanTexts
    unsplit: frozenset[DocumentId]
    parts: list[set[DocumentId]]


def fitted(clean: CleanTexts, too_long: Collection[DocumentId], maker: RowMaker, limit: int) -> Fitted:
    """limit: tokens of a whole row."""
    texts: list[CleanText] = []
    unsplit: set[DocumentId] = set()
    parts: list[set[DocumentId]] = []
    for text in clean.texts:
        if text.key not in too_long:
            texts.append(text)
        elif found := _parts(unpacked(clean.shelf.read(text.place)), maker, clean.salience, limit):
            parts.append({part.key for part in found})
            texts += (_shelved(part, clean) for part in found)
        else:
            unsplit.add(text.key)
            texts.append(text)
    return Fitted(replace(clean, texts=texts), frozenset(unsplit), parts)


def _parts(whole: Cleaned, maker: RowMaker, salience: Salience, limit: int) -> list[Cleaned]:
    def fits(text: str) -> bool:
        return maker.row(replace(whole, text=text), salience).tokens <= limit

    parts = [
        replace(
            whole,
            key=part_key(whole.key, number),
            title=": ".join(filter(None, [whole.title, part.heading if number > 1 else ""])),
            text=part.text,
        )
        for number, part in enumerate(split_at_headings(whole.text, fits), start=1)
    ]
    # A longer title may be one word too much.
    return parts if all(maker.row(part, salience).tokens <= limit for part in parts) else []


def _shelved(part: Cleaned, clean: CleanTexts) -> CleanText:
    return CleanText(part.key, len(part.text.split()), part.topic, clean.shelf.add(packed_text(part)))
