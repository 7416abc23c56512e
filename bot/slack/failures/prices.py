"""What is said when a base cannot be bought: no price, an old one, or a provider that does not take it."""

from bot.slack.course_words import closed_words
from bot.slack.mrkdwn import escape, quoted
from bot.slack.offer_words import refused_words, unmeasured_words
from pipeline import errors as e


def price_sentence(error: e.PriceError) -> str:
    match error:
        case e.NoPrice():
            return (
                f"I have no price for `{quoted(error.base)}` at {escape(error.provider)}. "
                "An approver can add it in `/voice admin`. I won't guess."
            )
        case e.BaseTooSmall():
            return (
                f"`{quoted(error.base)}` takes {error.context_tokens:,} tokens and the longest text has "
                f"{error.needed_tokens:,}, so its end would be cut off. Choose a bigger base, or split or leave out "
                "the long texts in the dataset thread."
            )
        case e.BaseGone():
            return gone_sentence(error)
        case e.StalePrice():
            return (
                f"The price of `{quoted(error.base)}` is {error.age_days} days old. Treat the amount as a rough guess; "
                "approval is closed until someone confirms it (*Confirm price* on the cost card)."
            )
        case e.UnmeasuredMachine():
            return unmeasured_words(error.provider, error.base)
    return closed_sentence(error)


def closed_sentence(error: e.PriceError) -> str:
    """The price is known, and it can't be bought all the same."""
    match error:
        case e.WayClosed():
            return closed_words(error.why, error.provider, error.base, version=error.version, pairs=error.pairs)
        case e.PreflightPending():
            return (
                f"{escape(error.provider)} hasn't said yet whether it would train; I'm asking now. Nobody was asked "
                "for money. Send again in a moment."
            )
        case e.PreflightRefused():
            return refused_words(error.provider, error.base, error.refusal)
    raise TypeError(type(error))


def gone_sentence(error: e.BaseGone) -> str:
    base, provider = quoted(error.base), escape(error.provider)
    if error.closes_on is not None:
        return (
            f"{provider} has taken no new fine-tunes since {error.closes_on:%-d %b %Y}, so `{base}` can't be trained "
            "there. `/voice cost` shows what can."
        )
    day = f" on {error.shutdown_on:%-d %b %Y}" if error.shutdown_on else ""
    return f"{provider} turned `{base}` off{day}, so nothing can be trained on it. `/voice cost` shows what can."
