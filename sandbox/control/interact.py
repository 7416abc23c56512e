"""What a member does with the app's surfaces: commands, buttons, choices, shortcuts, modals."""

from typing import Any

from sandbox.control.asked import Asked, Json
from sandbox.errors import ControlError
from sandbox.inputs import STATE_FIELDS, State, entered, input_refusals, option_with, state_of
from sandbox.modals import OpenView
from sandbox.rich_text import with_names
from sandbox.rules.blocks import elements_of
from sandbox.shapes import file_json
from sandbox.workspace import Message

Block = dict[str, Any]
_BUTTONS = ("button", "icon_button", "feedback_buttons", "overflow", "workflow_button")


async def command(asked: Asked) -> Json:
    """Type a slash command. Slack refuses those of apps in threads, and tells only the person."""
    name, user_id = asked.text("command"), asked.actor().user_id
    channel = asked.channel()
    known = asked.slack.manifest.commands.get(name)
    if known is None:
        raise ControlError("unknown_command", f"{name} is not in the manifest")
    if asked.maybe("thread_ts"):
        notice = f"{name} is not supported in threads. Sorry!"
        asked.slack.feed.add("notice", user=user_id, error="not_in_threads", text=notice, detail="")
        raise ControlError("not_in_threads", notice)
    text = asked.typed()
    if known.should_escape:
        text = with_names(asked.slack.workspace, text)
    reaction = await asked.slack.interactions.command(user_id, channel, name, text)
    return {"channel": channel.channel_id, **reaction.as_json()}


async def act(asked: Asked) -> Json:
    """Press a button, or choose in another element, of a message or of an open view or home tab."""
    if asked.maybe("view_id"):
        return await _act_on_view(asked)
    message = asked.message()
    block, element = _element(asked, message.blocks)
    state = _with_values(asked, message.blocks, state_of(message.blocks), "state")
    action = _action(asked, block, element, state)
    reaction = await asked.slack.interactions.act_on_message(asked.actor().user_id, message, action, state)
    return {"channel": message.channel_id, "ts": message.ts, **reaction.as_json()}


async def _act_on_view(asked: Asked) -> Json:
    opened = _view(asked)
    block, element = _element(asked, opened.blocks)
    if block["type"] == "input" and not block.get("dispatch_action"):
        raise ControlError("no_dispatch_action", "this input tells the app nothing before it is submitted")
    opened.state = _with_values(asked, opened.blocks, opened.state, "state")
    action = _action(asked, block, element, opened.state)
    reaction = await asked.slack.interactions.act_on_view(asked.actor().user_id, opened, action)
    return {"view_id": opened.view_id, **reaction.as_json()}


def _element(asked: Asked, blocks: list[Block]) -> tuple[Block, dict[str, Any]]:
    """The one element meant by action_id, narrowed by block_id and, for buttons, by value."""
    action_id, block_id, value = asked.text("action_id"), asked.maybe("block_id"), asked.body.get("value")
    found = [
        (block, element)
        for block in blocks
        for element in elements_of(block)
        if element.get("action_id") == action_id and block_id in ("", block["block_id"])
    ]
    if found and found[0][1]["type"] == "button" and value is not None:
        found = [one for one in found if one[1].get("value") == value]
    if len(found) != 1:
        raise ControlError("no_such_action" if not found else "several_such_actions", action_id)
    return found[0]


def _action(asked: Asked, block: Block, element: dict[str, Any], state: State) -> Json:
    """The action as Slack sends it; choices are also written into the state."""
    kind = element["type"]
    action: Json = {"type": kind, "action_id": element["action_id"], "block_id": block["block_id"]}
    if kind in _BUTTONS:
        return action | _pressed(element, asked.body.get("value"))
    chosen = entered(element, asked.body.get("value"), asked.slack.workspace, _files(asked))
    state.setdefault(block["block_id"], {})[element["action_id"]] = chosen
    return action | chosen


def _pressed(element: dict[str, Any], value: Any) -> Json:
    if element["type"] == "overflow":
        return {"selected_option": option_with(element, value)}
    if element["type"] == "feedback_buttons":
        for name in ("positive_button", "negative_button"):
            if element[name]["value"] == value:
                return {"value": value, "text": element[name]["text"]}
        raise ControlError("not_an_option", str(value))
    return {name: element[name] for name in ("text", "value", "style", "url") if name in element}


def _files(asked: Asked) -> Json:
    """The acting member's own files, for file_input; giving one to a modal lets the app see it."""
    workspace = asked.slack.workspace
    mine = [one for one in workspace.files.values() if one.user_id == asked.actor().user_id]
    return {one.file_id: file_json(workspace, one, asked.slack.base_url) for one in mine}


def _with_values(asked: Asked, blocks: list[Block], before: State, field: str) -> State:
    """State after the values in the request: {block_id: {action_id: value}}; "*" stands for any block."""
    state = {block_id: dict(actions) for block_id, actions in before.items()}
    given = asked.body.get(field) or {}
    places = {
        (block["block_id"], element["action_id"]): element
        for block in blocks
        for element in elements_of(block)
        if element["type"] in STATE_FIELDS
    }
    for block_id, actions in given.items():
        for action_id, raw in actions.items():
            where = [place for place in places if place[1] == action_id and block_id in ("*", place[0])]
            if len(where) != 1:
                raise ControlError("no_such_input", f"{block_id}.{action_id}")
            state[where[0][0]][action_id] = entered(places[where[0]], raw, asked.slack.workspace, _files(asked))
    return state


def _view(asked: Asked) -> OpenView:
    return asked.slack.views.seen_by(asked.actor().user_id, asked.text("view_id"))


async def fill(asked: Asked) -> Json:
    """Type into a modal without sending it."""
    opened = _view(asked)
    opened.state = _with_values(asked, opened.blocks, opened.state, "values")
    return {"view_id": opened.view_id, "values": opened.state}


async def submit(asked: Asked) -> Json:
    """Fill and send a modal. What Slack's client would not send is refused here, and the app hears nothing."""
    await fill(asked)
    opened = _view(asked)
    stack = asked.slack.views.stacks.get(opened.user_id, [])
    if opened not in stack or stack[-1] is not opened:
        raise ControlError("not_on_top", "another modal lies over this one")
    if not opened.definition.get("submit"):
        raise ControlError("no_submit", "this modal has no submit button")
    refusals = dict(input_refusals(opened.blocks, opened.state))
    if refusals:
        raise ControlError("invalid_input", str(refusals))
    _give_files(asked, opened)
    reaction = await asked.slack.interactions.submit(opened.user_id, opened)
    still = asked.slack.views.find(opened.view_id)
    return {
        "view_id": opened.view_id,
        "errors": opened.errors,
        "open": still is not None,
        **reaction.as_json(),
    }


def _give_files(asked: Asked, opened: OpenView) -> None:
    for actions in opened.state.values():
        for held in actions.values():
            for file in held.get("files") or []:
                asked.slack.workspace.files[file["id"]].given_to_app = True


async def close(asked: Asked) -> Json:
    opened = _view(asked)
    clear = asked.flag("clear") or bool(opened.definition.get("clear_on_close"))
    reaction = await asked.slack.interactions.close(asked.actor().user_id, opened, clear=clear)
    return {"view_id": opened.view_id, **reaction.as_json()}


async def shortcut(asked: Asked) -> Json:
    """Run a message shortcut (channel and ts given) or a global one."""
    callback_id, user_id = asked.text("callback_id"), asked.actor().user_id
    known = asked.slack.manifest.shortcuts.get(callback_id)
    if known is None:
        raise ControlError("unknown_shortcut", f"{callback_id} is not in the manifest")
    if known.kind == "global":
        reaction = await asked.slack.interactions.global_shortcut(user_id, callback_id)
        return reaction.as_json()
    message: Message = asked.ordinary_message()
    reaction = await asked.slack.interactions.message_shortcut(user_id, callback_id, message)
    return {"channel": message.channel_id, "ts": message.ts, **reaction.as_json()}


METHODS = {
    "command": command,
    "press": act,
    "act": act,
    "fill": fill,
    "submit": submit,
    "close": close,
    "shortcut": shortcut,
}
