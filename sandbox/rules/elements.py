"""Rules for text objects and block elements. Limits: Slack's Block Kit reference."""

from sandbox.rules.schema import (
    Check,
    Shape,
    anything,
    boolean,
    by_type,
    choice,
    list_of,
    number_text,
    string,
    whole_number,
)

ACTION_ID = string(255)
URL = string(3000)


def plain_text(max_chars: int, *, min_chars: int = 1) -> Check:
    return by_type({"plain_text": _text_shape(max_chars, min_chars, "emoji")})


def text(max_chars: int, *, min_chars: int = 1) -> Check:
    """plain_text or mrkdwn."""
    shapes = {
        "plain_text": _text_shape(max_chars, min_chars, "emoji"),
        "mrkdwn": _text_shape(max_chars, min_chars, "verbatim"),
    }
    return by_type(shapes)


def _text_shape(max_chars: int, min_chars: int, flag: str) -> Shape:
    return Shape({"type": anything, "text": string(max_chars, min_chars=min_chars), flag: boolean}, ("text",))


CONFIRM = Shape(
    {
        "title": plain_text(100),
        "text": text(300),
        "confirm": plain_text(30),
        "deny": plain_text(30),
        "style": choice("primary", "danger"),
    },
    ("title", "text", "confirm", "deny"),
)


def _option(label: Check) -> Shape:
    fields: dict[str, Check] = {
        "text": label,
        "value": string(150),
        "description": text(75),
        "url": URL,
    }
    return Shape(fields, ("text", "value"))


PLAIN_OPTION = _option(plain_text(75))
RICH_OPTION = _option(text(75))
OPTIONS = list_of(PLAIN_OPTION, 100)
OPTION_GROUPS = list_of(Shape({"label": plain_text(75), "options": OPTIONS}, ("label", "options")), 100)
FILTER = Shape(
    {
        "include": list_of(choice("im", "mpim", "private", "public"), 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
    at_least_one=("include", "exclude_external_shared_channels", "exclude_bot_users"),
)
SLACK_FILE = Shape({"id": string(255), "url": URL}, at_least_one=("id", "url"))
DISPATCH = Shape({"trigger_actions_on": list_of(choice("on_enter_pressed", "on_character_entered"), 2)})


def _element(*required: str, **fields: Check) -> Shape:
    known: dict[str, Check] = {"type": anything, "action_id": ACTION_ID, **fields}
    return Shape(known, required)


_INPUT: dict[str, Check] = {"placeholder": plain_text(150), "focus_on_load": boolean}
_PICK: dict[str, Check] = {**_INPUT, "confirm": CONFIRM}
_MANY: dict[str, Check] = {**_PICK, "max_selected_items": whole_number}
_ID = string(255)
_IDS = list_of(_ID, 100)
_CHOICES: dict[str, Check] = {"options": OPTIONS, "option_groups": OPTION_GROUPS}
_RESPONSE_URL: dict[str, Check] = {"response_url_enabled": boolean}
_LENGTHS: dict[str, Check] = {"min_length": whole_number, "max_length": whole_number}
_CONVERSATIONS: dict[str, Check] = {"default_to_current_conversation": boolean, "filter": FILTER}

IMAGE_ELEMENT = Shape(
    {"type": anything, "image_url": URL, "alt_text": string(2000), "slack_file": SLACK_FILE},
    ("alt_text",),
    ("image_url", "slack_file"),
)
_FEEDBACK_BUTTON = Shape(
    {"text": plain_text(75), "value": string(2000), "accessibility_label": string(75)}, ("text", "value")
)

ELEMENTS: dict[str, Shape] = {
    "button": _element(
        "text",
        text=plain_text(75),
        url=URL,
        value=string(2000),
        style=choice("primary", "danger"),
        confirm=CONFIRM,
        accessibility_label=string(75),
    ),
    "checkboxes": _element(
        "options",
        options=list_of(RICH_OPTION, 10),
        initial_options=list_of(RICH_OPTION, 10),
        confirm=CONFIRM,
        focus_on_load=boolean,
    ),
    "radio_buttons": _element(
        "options",
        options=list_of(RICH_OPTION, 10),
        initial_option=RICH_OPTION,
        confirm=CONFIRM,
        focus_on_load=boolean,
    ),
    "overflow": _element("options", options=list_of(PLAIN_OPTION, 5), confirm=CONFIRM),
    "datepicker": _element(initial_date=string(10), **_PICK),
    "timepicker": _element(initial_time=string(5), timezone=string(255), **_PICK),
    "datetimepicker": _element(initial_date_time=whole_number, confirm=CONFIRM, focus_on_load=boolean),
    "static_select": _element(initial_option=PLAIN_OPTION, **_CHOICES, **_PICK).with_one_of("options", "option_groups"),
    "external_select": _element(initial_option=PLAIN_OPTION, min_query_length=whole_number, **_PICK),
    "users_select": _element(initial_user=_ID, **_PICK),
    "channels_select": _element(initial_channel=_ID, **_RESPONSE_URL, **_PICK),
    "conversations_select": _element(initial_conversation=_ID, **_CONVERSATIONS, **_RESPONSE_URL, **_PICK),
    "multi_static_select": _element(initial_options=OPTIONS, **_CHOICES, **_MANY).with_one_of(
        "options", "option_groups"
    ),
    "multi_external_select": _element(initial_options=OPTIONS, min_query_length=whole_number, **_MANY),
    "multi_users_select": _element(initial_users=_IDS, **_MANY),
    "multi_channels_select": _element(initial_channels=_IDS, **_MANY),
    "multi_conversations_select": _element(initial_conversations=_IDS, **_CONVERSATIONS, **_MANY),
    "plain_text_input": _element(
        initial_value=string(3000, min_chars=0),
        multiline=boolean,
        dispatch_action_config=DISPATCH,
        **_LENGTHS,
        **_INPUT,
    ),
    "rich_text_input": _element(initial_value=anything, dispatch_action_config=DISPATCH, **_INPUT),
    "email_text_input": _element(initial_value=string(3000), dispatch_action_config=DISPATCH, **_INPUT),
    "url_text_input": _element(initial_value=string(3000), dispatch_action_config=DISPATCH, **_INPUT),
    "number_input": _element(
        "is_decimal_allowed",
        is_decimal_allowed=boolean,
        initial_value=number_text,
        min_value=number_text,
        max_value=number_text,
        dispatch_action_config=DISPATCH,
        **_INPUT,
    ),
    "file_input": _element(filetypes=list_of(string(50), 100), max_files=whole_number),
    "feedback_buttons": _element(
        "positive_button",
        "negative_button",
        positive_button=_FEEDBACK_BUTTON,
        negative_button=_FEEDBACK_BUTTON,
    ),
    "icon_button": _element(
        "icon", "text", icon=choice("trash"), text=plain_text(75), value=string(2000), confirm=CONFIRM
    ),
    "image": IMAGE_ELEMENT,
}

_PICKERS = (
    "checkboxes",
    "radio_buttons",
    "datepicker",
    "timepicker",
    "static_select",
    "external_select",
    "users_select",
    "channels_select",
    "conversations_select",
    "multi_static_select",
    "multi_external_select",
    "multi_users_select",
    "multi_channels_select",
    "multi_conversations_select",
)


def _of(*kinds: str) -> Check:
    return by_type({kind: ELEMENTS[kind] for kind in kinds})


ACCESSORY = _of("button", "image", "overflow", *_PICKERS)
IN_ACTIONS = _of("button", "overflow", "datetimepicker", *_PICKERS)
IN_CONTEXT_ACTIONS = _of("feedback_buttons", "icon_button")
IN_INPUT = _of(
    "plain_text_input",
    "rich_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "datetimepicker",
    "file_input",
    *_PICKERS,
)
IN_CONTEXT = by_type(
    {
        "image": IMAGE_ELEMENT,
        "plain_text": _text_shape(3000, 1, "emoji"),
        "mrkdwn": _text_shape(3000, 1, "verbatim"),
    }
)
