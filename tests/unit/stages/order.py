"""What all marks of one rule have in common."""

from collections.abc import Sequence

from pipeline.domain.documents import Mark


def assert_in_order(text: str, marks: Sequence[Mark]) -> None:
    """Within the text, not empty, sorted, and apart."""
    reached = 0
    for mark in marks:
        assert reached <= mark.start < mark.end <= len(text)
        reached = mark.end
