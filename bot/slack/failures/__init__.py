"""Failures as sentences: what happened, what it means, what to do now. The only place that has them, by subject."""

import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from bot.slack.failures.drafts import draft_sentence
from bot.slack.failures.money import spend_sentence
from bot.slack.failures.people import command_sentence, rights_sentence
from bot.slack.failures.providers import provider_sentence
from bot.slack.failures.texts import data_sentence
from bot.slack.failures.ways import way_sentence
from pipeline import errors as e
from pipeline.errors import WayError

log = logging.getLogger(__name__)


@asynccontextmanager
async def failures_told_by(tell: Callable[[str], Awaitable[object]]) -> AsyncIterator[None]:
    """An expected failure becomes its sentence; a bug becomes a reference, with the traceback in the log."""
    try:
        yield
    except e.AppError as error:
        await tell(sentence_for(error))
    except e.NotRecordedYet:
        raise  # Slack delivers again, and then it is recorded
    except Exception:  # the one place where a bug turns into words for a person
        reference = secrets.token_hex(4)
        log.exception("unexpected", extra={"reference": reference})
        await tell(unexpected(reference))


def unexpected(reference: str) -> str:
    return (
        f"Something went wrong on my side (reference `{reference}`). Nothing was lost; please try once more. "
        "If it happens again, give the reference to whoever runs me."
    )


def sentence_for(error: e.AppError) -> str:
    """One sentence or two for a person; never the exception's own text."""
    match error:
        case WayError():
            return way_sentence(error)
        case e.DataError():
            return data_sentence(error)
        case e.CommandError():
            return command_sentence(error)
        case e.RightsError() | e.ConsentError():
            return rights_sentence(error)
        case e.SpendError():
            return spend_sentence(error)
        case e.ProviderError():
            return provider_sentence(error)
        case e.DraftError() | e.DuelError():
            return draft_sentence(error)
    raise TypeError(type(error))
