"""/voice cost and the Cost button of the dataset thread."""

from dataclasses import dataclass
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.features.costs.usecase import CostQuestion, ShowCost
from bot.features.costs.views import SHOW_COST
from bot.slack.commands import Commands, Reply, Verb
from bot.slack.failures import failures_told_by
from bot.slack.grammar import Typed, parse_handle
from bot.slack.whispers import Whispers, pressed
from pipeline.errors import MissingArgument
from pipeline.estimate import DRAFTS_PER_MONTH

USAGE: Final = "/voice cost founder base=… drafts=40"
MOST_DRAFTS: Final = 100_000


@dataclass(frozen=True, slots=True)
class CostListeners:
    show: ShowCost
    commands: Commands
    whispers: Whispers

    def register(self, app: AsyncApp) -> None:
        usage = USAGE.removeprefix("/voice ").replace("founder", "<name>")
        self.commands.add(Verb("cost", usage, "what training would cost", self.on_cost, ("base", "drafts")))
        app.action(SHOW_COST)(self.on_show_cost)

    async def on_cost(self, typed: Typed) -> Reply:
        await self.show(cost_question(typed))
        return Reply("Cost card: see the dataset thread.")

    async def on_show_cost(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            await self.show(CostQuestion(body["team"]["id"], action["value"]))
        await ack()


def cost_question(typed: Typed) -> CostQuestion:
    """Raises MissingArgument, BadHandle."""
    drafts = typed.flags.get("drafts", str(DRAFTS_PER_MONTH))
    if not typed.words or not (drafts.isascii() and drafts.isdigit() and len(drafts) <= len(str(MOST_DRAFTS))):
        raise MissingArgument(USAGE)
    handle, like = parse_handle(typed.words[0]), typed.flags.get("base", "")
    return CostQuestion(typed.team_id, handle, like, min(int(drafts), MOST_DRAFTS))
