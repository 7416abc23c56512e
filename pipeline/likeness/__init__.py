"""How much a text reads like its owner's own: field-standard stylometry, as a probability."""

from pipeline.likeness.judging import Likeness, NotMeasured, Writer
from pipeline.likeness.traits import Trait, differing

__all__ = ["Likeness", "NotMeasured", "Trait", "Writer", "differing"]
