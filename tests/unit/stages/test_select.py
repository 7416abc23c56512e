"""Every document that is left out has one reason, the first that applies."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from pipeline.domain.documents import Document, DocumentId, Filters
from pipeline.stages.select import select

BASE = Document(
    DocumentId("1"), "On tea", "body", "wordpress", "blog.xml", "jdoe", "Jane Doe", datetime(2024, 5, 2, tzinfo=UTC)
)


def changed(**fields: object) -> Document:
    names = Document.__dataclass_fields__
    return Document(**{name: fields.get(name, getattr(BASE, name)) for name in names})  # type: ignore[arg-type]  # a test's shorthand


@pytest.mark.parametrize(
    ("document", "filters", "reason"),
    [
        (BASE, Filters(), None),
        (BASE, Filters(author=" JDOE"), None),
        (BASE, Filters(author="jane doe"), None),
        (BASE, Filters(author="bob"), "other-author"),
        (changed(author="", author_name=None), Filters(author="bob"), "other-author"),
        (changed(author=None, author_name=None), Filters(author="bob"), "other-author"),
        (changed(author=None, author_name=None, markup="markdown"), Filters(author="bob"), None),
        (changed(kind="page", status="draft"), Filters(), "other-kind"),
        (changed(status=" Publish\n"), Filters(), None),
        (changed(status="draft"), Filters(since=date(2030, 1, 1)), "not-published"),
        (changed(status="draft"), Filters(statuses=("Draft",)), None),
        (BASE, Filters(since=date(2024, 5, 2), until=date(2024, 5, 2)), None),
        (BASE, Filters(since=date(2024, 5, 3)), "older"),
        (BASE, Filters(until=date(2024, 5, 1)), "newer"),
        (changed(published_at=None), Filters(since=date(2024, 5, 3), until=date(2024, 5, 1)), None),
        (BASE, Filters(exclude_titles=("^on ",)), "title-excluded"),
        (changed(title="C++ (again)"), Filters(exclude_titles=("C++ (",)), "title-excluded"),
    ],
)
def test_the_first_reason_that_applies_is_given(document: Document, filters: Filters, reason: str | None) -> None:
    left_out = select(document, filters)
    assert (left_out and left_out.reason) == reason


def test_days_are_counted_in_utc() -> None:
    late = changed(published_at=datetime(2024, 5, 2, 23, tzinfo=timezone(timedelta(hours=-5))))
    assert select(late, Filters(since=date(2024, 5, 3))) is None
