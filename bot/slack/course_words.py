"""What is said of the ways to the next version: examples or better-than pairs, on the base or going on (pure).

Nobody who reads this knows what DPO is: pairs are called what they are.
"""

from typing import Final

from bot.slack.offer_words import named
from pipeline.round_rows import PAIRS_FOR_PREFERENCE

FEWEST: Final = 10  # rows that providers train on, at the least


def pairs_words(count: int) -> str:
    return "1 better-than pair" if count == 1 else f"{count:,} better-than pairs"


def course_words(way: str, *, version: int | None, pairs: int) -> str:
    """ "120 better-than pairs, going on from v1"; "examples, on the base"."""
    match way:
        case "pairs":
            return f"{pairs_words(pairs)}, going on from v{version}"
        case "go-on":
            return f"examples, going on from v{version}"
        case _:
            return "examples, on the base"


def course_meaning(way: str, version: int | None) -> str:
    """What an approver should know before saying yes; "" for the usual way."""
    match way:
        case "pairs":
            return (
                f"It learns from what people preferred, and no new texts; what v{version} knows stays, also texts that "
                "were taken out since."
            )
        case "go-on":
            return (
                f"All texts of this round are read on top of what v{version} knows; that stays, also texts that were "
                "taken out since, and its habits add up."
            )
        case _:
            return ""


def closed_words(why: str, provider: str, base: str, *, version: int, pairs: int) -> str:
    """Why a way is closed, and what to do; short enough to stand below a form's field."""
    match why:
        case "none":
            return "This round has no better-than pairs. Take feedback in (`/voice round`), or train on examples."
        case "too-few":
            return f"{pairs_words(pairs)} are too few to train on; {FEWEST} are the least. Train on examples."
        case "uncounted":
            return "These pairs were never counted, so nobody knows the price. Take the feedback in again."
        case "method":
            return f"{named(base)} at {named(provider)} can't be trained in this way. Train on examples, on the base."
        case "no-version":
            return "This goes on from a promoted version, and there is none. Train on examples, on the base, first."
        case "elsewhere":
            return f"This goes on from v{version}, which isn't {named(base)} at {named(provider)}. Choose its base."
        case _:
            return f"v{version} learned from something withdrawn, so nothing may go on from it. Train on the base."


def auto_words(pairs: int, *, version: int, takes_pairs: bool) -> str:
    """What "auto" comes to where pairs can be learned from."""
    if takes_pairs:
        return (
            f"This round has {pairs_words(pairs)}: auto learns from them, going on from v{version}. Texts that are new "
            "in this round are not learned that way."
        )
    return (
        f"This round has {pairs_words(pairs)}. Below {PAIRS_FOR_PREFERENCE} they teach little, so auto takes the "
        "examples."
    )
