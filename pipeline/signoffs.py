"""Which rows an editor gets to see."""

import random
from typing import Final

from pipeline.domain.origins import Version
from pipeline.domain.signoffs import Picked

ROWS: Final = (
    10  # what an editor reads in a quarter of an hour, and enough to notice what is wrong with one text in four
)


def pick(version: Version, rows: int = ROWS) -> tuple[Picked, ...]:
    """Drawn by the dataset's hash: drawn again, after a crash, they are the same ones in the same order."""
    kept = sorted((fate for fate in version.fates if fate.left_out is None), key=lambda fate: fate.key)
    drawn = random.Random(version.making.content_hash).sample(kept, min(rows, len(kept)))
    texts = [version.texts[fate.key] for fate in drawn]
    return tuple(
        Picked(fate.key, fate.title, text.prompt, text.completion) for fate, text in zip(drawn, texts, strict=True)
    )
