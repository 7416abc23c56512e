"""Every failure that a person may be told of has a sentence, and none shows the exception's own text."""

import inspect
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.slack.failures import failures_told_by, sentence_for
from pipeline import errors

HOSTILE = "<!channel> `*"
VALUES: dict[Any, Any] = {
    "str": HOSTILE,
    "str | None": HOSTILE,
    "int": 3_000_000,
    "bool": True,
    "date": date(2026, 11, 1),
    "datetime": datetime(2026, 11, 3, tzinfo=UTC),
    "datetime.datetime | None": datetime(2026, 11, 3, tzinfo=UTC),
    "tuple": (HOSTILE,),
    "datetime.date | None": date(2027, 1, 14),
    "Union": HOSTILE,
}


def leaves(kind: type[errors.AppError]) -> list[type[errors.AppError]]:
    below = [leaf for sub in kind.__subclasses__() for leaf in leaves(sub)]
    return below or [kind]


def made(kind: type[errors.AppError]) -> errors.AppError:
    if kind.__init__ is Exception.__init__:
        return kind()
    parameters = inspect.signature(kind).parameters.values()
    return kind(
        **{one.name: VALUES[getattr(one.annotation, "__name__", "") or str(one.annotation)] for one in parameters}
    )


@pytest.mark.parametrize("kind", leaves(errors.AppError), ids=lambda kind: kind.__name__)
def test_each_failure_is_told_in_a_sentence_that_calls_nobody(kind: type[errors.AppError]) -> None:
    told = sentence_for(made(kind))
    assert 20 < len(told) < 500
    assert told.rstrip().endswith((".", "`", ")", "?", "👍."))
    assert "<!channel>" not in told
    assert kind.__name__ not in told


async def test_a_bug_is_told_as_a_reference_and_logged_under_it(caplog: pytest.LogCaptureFixture) -> None:
    told: list[str] = []

    async def tell(sentence: str) -> None:
        told.append(sentence)

    async with failures_told_by(tell):
        raise ZeroDivisionError("private words")
    assert "private words" not in told[0]
    reference = told[0].split("`")[1]
    assert [record.__dict__["reference"] for record in caplog.records] == [reference]
