"""What is said when nothing may be paid yet, or by somebody else."""

from bot.slack.failures.approvals import approval_sentence
from bot.slack.failures.prices import price_sentence
from bot.slack.mrkdwn import person
from pipeline import errors as e


def spend_sentence(error: e.SpendError) -> str:
    match error:
        case e.PriceError():
            return price_sentence(error)
    return approval_sentence(error) or gate_sentence(error)


def gate_sentence(error: e.SpendError) -> str:
    """About the rehearsal before paying; short enough to stand below a form's field."""
    match error:
        case e.NotRehearsed():
            return (
                "These texts haven't been rehearsed yet. I'm doing it now, free: "
                "try again when the report stands in the dataset thread."
            )
        case e.RehearsalRefused():
            found = "1 problem" if error.problems == 1 else f"{error.problems} problems"
            return (
                f"Rehearsal found {found}; paying now would waste the run. "
                "Press a fix in the dataset thread, or override its report there."
            )
        case e.TooFewToRehearse():
            return (
                f"{error.texts} texts are too few to rehearse ({error.needed} are needed). "
                "Add texts, use few-shot, or override the report in the dataset thread."
            )
        case e.NothingToOverride():
            return (
                "There is nothing to override here: the texts changed or passed meanwhile, or somebody was first. "
                "The newest report in the dataset thread stands."
            )
    return comparison_sentence(error)


def comparison_sentence(error: e.SpendError) -> str:
    """About plain prompting as the other way."""
    match error:
        case e.NotCompared():
            return (
                "Nobody knows yet whether plain prompting is enough. Press *Make 6 few-shot drafts* in the dataset "
                "thread, or say there why you train anyway."
            )
        case e.ComparisonUnderWay():
            owed = " and ".join(person(judge) for judge in error.judges)
            waits = f"{owed} must still say" if owed else "The drafts are being written; then judges say"
            return (
                f"{waits} which text is the owner's. Ask again after that, or say in the thread why you train anyway."
            )
        case e.FewShotIsEnough():
            return (
                f"Judges told few-shot drafts apart in only {error.right} of {error.answers} cases, so training may "
                "not be worth it. Use few-shot, or say in the thread why you train anyway."
            )
        case e.AlreadyCompared():
            return "These texts are compared already: its message in the dataset thread says how far it is."
        case e.TooFewToCompare():
            return (
                f"{error.pairs} texts that a model never trains on can be judged; I need {error.needed}. Add texts, or "
                "say in the dataset thread why you train anyway."
            )
        case e.ComparisonClosed():
            return "This comparison is closed, so answers no longer count. Its outcome stands in the dataset thread."
    raise TypeError(type(error))
