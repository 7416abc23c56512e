"""views.*: modals and the home tab."""

from sandbox.api.call import Call, Json, Method
from sandbox.errors import SlackError
from sandbox.modals import OpenView


async def open_view(call: Call) -> Json:
    trigger = call.slack.triggers.check(call.text("trigger_id"))
    opened = call.slack.views.open(trigger.user_id, call.args.get("view"))
    trigger.used = True
    return _answer(call, opened)


async def push(call: Call) -> Json:
    trigger = call.slack.triggers.check(call.text("trigger_id"))
    if trigger.view_id is None:
        raise SlackError("invalid_trigger_id")
    pushed = call.slack.views.push(trigger.user_id, call.args.get("view"))
    trigger.used = True
    return _answer(call, pushed)


async def update(call: Call) -> Json:
    view_id, external_id = call.maybe("view_id"), call.maybe("external_id")
    if not view_id and not external_id:
        raise SlackError("invalid_arguments", messages=["[ERROR] missing required field: view_id"])
    opened = call.slack.views.find(view_id, external_id)
    if opened is None:
        raise SlackError("not_found")
    return _answer(call, call.slack.views.update(opened, call.args.get("view"), call.maybe("hash")))


async def publish(call: Call) -> Json:
    if not call.slack.manifest.home_tab:
        raise SlackError("not_enabled")
    user_id = call.text("user_id")
    if user_id not in call.slack.workspace.members:
        raise SlackError("invalid_arguments", messages=["[ERROR] user_id is invalid"])
    return _answer(call, call.slack.views.publish(user_id, call.args.get("view"), call.maybe("hash")))


def _answer(call: Call, opened: OpenView) -> Json:
    return {"view": call.slack.views.shape(opened)}


METHODS = {
    "views.open": Method(open_view),
    "views.push": Method(push),
    "views.update": Method(update),
    "views.publish": Method(publish),
}
