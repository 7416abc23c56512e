"""What is said when a yes does not count, comes too late, or is not enough."""

from datetime import date

from bot.slack.mrkdwn import moment, person, quoted, usd
from pipeline import errors as e


def approval_sentence(error: e.SpendError) -> str | None:
    """None for errors about something else."""
    match error:
        case e.AlreadyDecided():
            return decided_sentence(error)
        case e.RequestVoid():
            changed = changed_words(error.changed, error.examples_then, error.examples_now)
            return (
                f"{changed}, so approval no longer fits. I closed {quoted(error.label)}; ask again from the dataset "
                "thread."
            )
        case e.OverBudget():
            return over_budget_sentence(error)
        case e.PriceRose():
            return (
                f"Training and trying it out may cost up to {usd(error.high_microusd)} by now, more than the "
                f"{usd(error.ceiling_microusd)} of {quoted(error.label)}. Decline it and have it asked for anew; "
                "nothing was approved."
            )
        case e.AlreadySigned():
            return (
                f"{person(error.by)} said yes to this at {moment(error.at)}, and that counts once. "
                "Somebody else must be the second; nothing was paid yet."
            )
        case e.EmergencyClosed():
            return "Approving alone is switched off; an admin can allow it in `/voice admin`. Nothing was approved."
    return None


def changed_words(changed: str | None, texts_then: int, texts_now: int) -> str:
    """What of a request is no longer as it was asked for. None: in facts of an earlier time, the texts."""
    match changed:
        case "pairs":
            return "The better-than pairs changed after this request"
        case "version":
            return "The version that it was to go on from was retired, deleted or learned from something withdrawn"
        case _:
            return f"The dataset changed after this request ({texts_then:,} → {texts_now:,} texts)"


def decided_sentence(error: e.AlreadyDecided) -> str:
    when = f" at {moment(error.at)}" if error.at else ""
    match error.state:
        case "expired":
            return f"No answer in 72 h, so I closed this request{when}; nothing was spent. The steward can ask again."
        case "void":
            return f"I closed this request{when}, because it no longer fits the texts. Nothing was paid."
        case _:
            who = f" by {person(error.by)}" if error.by else ""
            return f"Already {quoted(error.state)}{who}{when}. Nothing more was done or paid."


def over_budget_sentence(error: e.OverBudget) -> str:
    budget = budget_name(error.budget, error.name, error.month)
    said = f"This would bring {budget} to {usd(error.would_be_microusd)} of {usd(error.limit_microusd)}."
    if not error.has_card:
        return f"{said} An admin can raise it in `/voice admin`. Nothing was sent or paid."
    return (
        f"{said} It needs a second approver and a raised budget; the card has a button for that. Nothing was approved."
    )


def budget_name(kind: str, name: str, month: date) -> str:
    """ "November 2026", "*founder* in November 2026", "what @steward asks for in November 2026"."""
    match kind:
        case "voice":
            return f"*{quoted(name)}* in {month:%B %Y}"
        case "person":
            return f"what {person(name)} asks for in {month:%B %Y}"
        case _:
            return f"{month:%B %Y}"


def first_day(month: str) -> date:
    """Of "2026-11"."""
    return date.fromisoformat(f"{month}-01")
