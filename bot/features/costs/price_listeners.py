"""The buttons that show and change prices, and the form behind them."""

from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.models.views import View

from bot.cards import PRICES
from bot.features.costs.price_views import PRICE, WrongEntry, price_entry, price_form, price_list, price_wanted
from bot.features.costs.prices import EnterPrice, ListPrices, OpenPrice
from bot.slack.failures import failures_told_by
from bot.slack.forms import errors_at
from bot.slack.modals import Modals
from bot.slack.whispers import Whispers, pressed


@dataclass(frozen=True, slots=True)
class PriceListeners:
    list: ListPrices
    open: OpenPrice
    enter: EnterPrice
    modals: Modals
    whispers: Whispers

    def register(self, app: AsyncApp) -> None:
        app.action(PRICES)(self.on_prices)
        app.action(PRICE)(self.on_price)
        app.view(PRICE)(self.on_entered)

    async def on_prices(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            self.show(body, price_list(await self.list(body["team"]["id"], body["user"]["id"])))
        await ack()

    async def on_price(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            wanted = price_wanted(body["team"]["id"], body["user"]["id"], action["value"])
            self.show(body, price_form(await self.open(wanted), wanted.handle))
        await ack()

    async def on_entered(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        async with failures_told_by(errors_at(ack, "source")):
            try:
                await self.enter(price_entry(body["team"]["id"], body["user"]["id"], view))
            except WrongEntry as wrong:
                await ack(response_action="errors", errors={wrong.block_id: wrong.sentence})
            else:
                await ack()

    def show(self, body: dict[str, Any], view: View) -> None:
        """In the modal that was pressed in, or in a new one."""
        if "view" in body:
            self.modals.update(body["view"]["id"], view)
        else:
            self.modals.open(body["trigger_id"], view)
