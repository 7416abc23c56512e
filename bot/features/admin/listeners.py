"""/voice admin: the menu, and the form for spending rules."""

from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.admin_menu import AdminItem, AdminMenu
from bot.cards import PRICES
from bot.features.admin.forms import OPEN_RULES, RULES_FORM, menu, rules_form, wanted_rules
from bot.features.admin.usecase import ChangeRules, LookAtRules, OpenMenu
from bot.slack.amounts import WrongEntry
from bot.slack.commands import Commands, Reply, Verb
from bot.slack.failures import failures_told_by
from bot.slack.forms import errors_at
from bot.slack.grammar import Typed
from bot.slack.modals import Modals
from bot.slack.whispers import Whispers, pressed
from pipeline.errors import MissingArgument

RULES_SAY = "who approves, budgets, when two must say yes, and what nobody has to be asked for"


@dataclass(frozen=True, slots=True)
class AdminListeners:
    open: OpenMenu
    look: LookAtRules
    change: ChangeRules
    menu: AdminMenu
    commands: Commands
    modals: Modals
    whispers: Whispers

    def register(self, app: AsyncApp) -> None:
        self.commands.add(Verb("admin", "admin", "who approves, and what may be spent", self.on_admin))
        self.menu.add(AdminItem("Spending rules", OPEN_RULES, RULES_SAY))
        self.menu.add(AdminItem("Prices", PRICES, "what training and drafting cost", role="approver"))
        app.action(OPEN_RULES)(self.on_open_rules)
        app.view(RULES_FORM)(self.on_rules)

    async def on_admin(self, typed: Typed) -> Reply:
        roles = await self.open(typed.team_id, typed.user)
        if typed.trigger_id is None:
            raise MissingArgument("/voice admin")
        return Reply(modal=menu(self.menu.items_for(roles)))

    async def on_open_rules(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            now = await self.look(body["team"]["id"], body["user"]["id"])
            self.modals.update(body["view"]["id"], rules_form(now))
        await ack()

    async def on_rules(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        async with failures_told_by(errors_at(ack, "people")):
            try:
                await self.change(body["team"]["id"], body["user"]["id"], wanted_rules(view))
            except WrongEntry as wrong:
                await ack(response_action="errors", errors={wrong.block_id: wrong.sentence})
                return
            await ack()
