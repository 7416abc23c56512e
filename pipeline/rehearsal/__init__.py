"""A free trial of a dataset: a small local model learns it and shows what it would teach."""

from pipeline.rehearsal.leaks import Leak
from pipeline.rehearsal.rehearse import Problem, Rehearsal, TooFew, rehearse
from pipeline.rehearsal.shape import Measure, ShapeMeasure
from pipeline.rehearsal.trial import Trial, try_out

__all__ = ["Leak", "Measure", "Problem", "Rehearsal", "ShapeMeasure", "TooFew", "Trial", "rehearse", "try_out"]
