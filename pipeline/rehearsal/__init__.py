"""A free trial of a dataset: a small local model learns it and shows what it would teach."""

from pipeline.rehearsal.leaks import Leak
from pipeline.rehearsal.rehearse import MIN_TEXTS, Problem, Rehearsal, TooFew, rehearse
from pipeline.rehearsal.shape import Measure, ShapeMeasure
from pipeline.rehearsal.trial import Trial, try_out

__all__ = [
    "MIN_TEXTS",
    "Leak",
    "Measure",
    "Problem",
    "Rehearsal",
    "ShapeMeasure",
    "TooFew",
    "Trial",
    "rehearse",
    "try_out",
]
