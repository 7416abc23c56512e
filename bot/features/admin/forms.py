"""The menu of /voice admin and the form for spending rules."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from slack_sdk.models.blocks import (
    Block,
    ChannelSelectElement,
    CheckboxesElement,
    InputBlock,
    PlainTextObject,
    StaticMultiSelectElement,
    UserMultiSelectElement,
)
from slack_sdk.models.views import View

from bot.admin_menu import AdminItem
from bot.features.admin.usecase import RulesNow
from bot.slack.amounts import WrongEntry, amount_in, number_in, typed_amount
from bot.slack.forms import chosen_users, chosen_values, field_value, group_options, option, text_input
from bot.slack.message import button, section
from pipeline.domain.approvals import RuleName

MENU: Final = "admin.menu"
RULES_FORM: Final = "admin.rules_form"
OPEN_RULES: Final = "admin.rules"
MOST_A_DAY: Final = 1000
SWITCHES: Final[dict[RuleName, str]] = {
    "emergency": "An approver may say yes alone in an emergency; all get the reason",
    "tells_approvers": "Approvers get cards as direct messages, unless they say no",
}
LIMITS: Final[dict[RuleName, str]] = {
    "month_limit_microusd": "Budget of a month, in $",
    "voice_limit_microusd": "Of that for each voice, in $ (empty: no limit)",
    "person_limit_microusd": "Of that for what each person asks, in $ (empty: no limit)",
    "second_from_microusd": "Two approvers from this amount on, in $ (empty: one is enough)",
    "auto_below_microusd": "Nobody is asked below this amount, in $ (0: always ask)",
}


def menu(items: Sequence[AdminItem]) -> View:
    return View(
        type="modal",
        callback_id=MENU,
        title=PlainTextObject(text="Admin"),
        close=PlainTextObject(text="Close"),
        blocks=[
            section(f"*{item.label}* — {item.says}", button("Open", item.action_id, item.action_id)) for item in items
        ],
    )


def rules_form(now: RulesNow) -> View:
    rules = now.rules
    people = [entry for entry in rules.approvers if not entry.startswith("S")]
    blocks: list[Block] = [
        section("Every change is kept with your name. What is held already stays held, also under a lower limit."),
        input_of("people", "Approvers", UserMultiSelectElement(action_id="people", initial_users=people or None)),
    ]
    if now.groups:
        blocks.append(groups_input(now.groups, rules.approvers))
    channel = ChannelSelectElement(action_id="channel_id", initial_channel=rules.channel_id or None)
    blocks.append(input_of("channel_id", "Channel for approval cards (empty: the voice's own)", channel))
    for name, label in LIMITS.items():
        is_needed = name == "month_limit_microusd"
        initial = typed_amount(getattr(rules, name))
        blocks.append(text_input(name, label, "150", initial=initial, optional=not is_needed))
    blocks.append(text_input("auto_per_day", "…at most so many times a day", "1", initial=str(rules.auto_per_day)))
    warn_label = "Tell once when so much of a budget is used, in %"
    blocks.append(text_input("warn_percent", warn_label, "80", initial=str(rules.warn_percent)))
    switches = [option(name, label) for name, label in SWITCHES.items()]
    on = [option(name, label) for name, label in SWITCHES.items() if getattr(rules, name)]
    ticks = CheckboxesElement(action_id="switches", options=switches, initial_options=on or None)
    blocks.append(input_of("switches", "Also", ticks))
    return View(
        type="modal",
        callback_id=RULES_FORM,
        title=PlainTextObject(text="Spending rules"),
        submit=PlainTextObject(text="Save"),
        close=PlainTextObject(text="Cancel"),
        blocks=blocks,
    )


def input_of(block_id: str, label: str, element: Any) -> InputBlock:
    return InputBlock(block_id=block_id, label=PlainTextObject(text=label), element=element, optional=True)


def groups_input(groups: Mapping[str, str], approvers: Sequence[str]) -> InputBlock:
    options = group_options(groups)
    chosen = [one for one in options if one.value in approvers]
    select = StaticMultiSelectElement(action_id="groups", options=options, initial_options=chosen or None)
    return input_of("groups", "User groups whose members approve", select)


def wanted_rules(view: dict[str, Any]) -> dict[RuleName, Any]:
    """What was entered. Raises WrongEntry."""
    amounts: dict[RuleName, Any] = {
        name: amount_in(field_value(view, name), name, least=0 if name == "auto_below_microusd" else 1)
        for name in LIMITS
    }
    if amounts["month_limit_microusd"] is None:
        raise WrongEntry("month_limit_microusd", "A month needs a budget; type an amount in dollars.")
    switched = chosen_values(view, "switches")
    return amounts | {
        "approvers": (*chosen_users(view, "people"), *chosen_values(view, "groups")),
        "channel_id": field_value(view, "channel_id"),
        "auto_below_microusd": amounts["auto_below_microusd"] or 0,
        "auto_per_day": number_in(field_value(view, "auto_per_day") or "0", "auto_per_day", least=0, most=MOST_A_DAY),
        "warn_percent": number_in(field_value(view, "warn_percent") or "80", "warn_percent", least=1, most=100),
        "emergency": "emergency" in switched,
        "tells_approvers": "tells_approvers" in switched,
    }
