"""The form that starts a comparison, and the one that asks why to train anyway."""

from typing import Any, Final

from slack_sdk.models.blocks import (
    InputBlock,
    Option,
    PlainTextObject,
    StaticSelectElement,
    UserMultiSelectElement,
)
from slack_sdk.models.views import View

from bot.features.baseline.usecase import Choice, StartForm, Wish
from bot.slack.forms import chosen_users, field_value
from bot.slack.message import section
from bot.slack.mrkdwn import person, quoted, usd
from bot.slack.reasons import reason_form
from pipeline.domain.voices import DatasetId
from pipeline.few_shot import PAIRS

FORM: Final = "baseline.form"
OVERRIDE_FORM: Final = "baseline.override_form"
BASE, JUDGES = "base", "judges"
MOST_JUDGES: Final = 8  # more than read six pairs carefully
MOST_OPTIONS: Final = 100  # of a select
OPTION_CHARS: Final = 75  # shown of one option


def start_form(form: StartForm) -> View:
    """private_metadata: the voice's handle."""
    options = [option(choice) for choice in form.choices[:MOST_OPTIONS]]
    base = StaticSelectElement(action_id=BASE, options=options, initial_option=options[0])
    judges = UserMultiSelectElement(
        action_id=JUDGES, initial_users=list(form.judges)[:MOST_JUDGES] or None, max_selected_items=MOST_JUDGES
    )
    label = "Who judges beside the owner?" if form.owner else "Who judges?"
    return View(
        type="modal",
        callback_id=FORM,
        title=PlainTextObject(text="Plain prompting first"),
        submit=PlainTextObject(text=f"Make {PAIRS} drafts"),
        close=PlainTextObject(text="Cancel"),
        private_metadata=form.handle,
        blocks=[
            section(about(form)),
            InputBlock(block_id=BASE, label=PlainTextObject(text="Which base writes them"), element=base),
            InputBlock(
                block_id=JUDGES,
                label=PlainTextObject(text=label),
                hint=PlainTextObject(text="Somebody who knows the voice, and did not prepare these texts."),
                optional=form.owner is not None,
                element=judges,
            ),
        ],
    )


def about(form: StartForm) -> str:
    owner = f"{person(form.owner)} gets" if form.owner else "The judges get"
    return (
        f"An untrained model writes {PAIRS} drafts with 5 real posts of *{quoted(form.handle)}* in the prompt. {owner} "
        "each beside the real post on the same subject, and says which one is real. If that is hard to say, training "
        "may not be worth its price."
    )


def option(choice: Choice) -> Option:
    known = choice.offer.estimate
    sees = f"{known.provider}, your own server" if choice.offer.is_own else f"{known.provider} sees 5 posts per draft"
    words = f"{known.base} · ≈ {usd(choice.comparing_microusd)} · {sees}"
    return Option(value=f"{known.provider}/{known.base}", text=PlainTextObject(text=words[:OPTION_CHARS]))


def wish_entered(team_id: str, user: str, view: dict[str, Any]) -> Wish:
    provider, _, base = field_value(view, BASE).partition("/")
    judges = tuple(chosen_users(view, JUDGES))
    return Wish(team_id, user, view["private_metadata"], provider, base, judges)


def override_form(dataset_id: DatasetId) -> View:
    """private_metadata: the dataset's id."""
    return reason_form(
        OVERRIDE_FORM,
        dataset_id,
        title="Train anyway",
        question="Why train all the same?",
        hint="The base is turned off in May, and we need our own by then.",
        shown_where="The dataset thread, the approval card and the audit log show this reason with your name.",
    )
