"""/voice consent, and the buttons of the request."""

from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.features.consent.attesting import AttestConsent, CheckAttestant
from bot.features.consent.ending import GoOn
from bot.features.consent.forms import (
    ATTEST_FORM,
    LIMITS_FORM,
    NOTE,
    WORDS,
    attest_form,
    attested,
    limits_entered,
    limits_form,
)
from bot.features.consent.usecase import AnswerConsent, ShowConsent, WithdrawConsent
from bot.features.consent.views import (
    AGREE,
    ATTACH,
    GO_ON,
    LIMITED,
    REFUSE,
    WIDEN_NO,
    WIDEN_YES,
    WITHDRAW,
    consent_page,
)
from bot.features.consent.widening import AnswerWidening
from bot.slack.amounts import WrongEntry
from bot.slack.commands import Commands, Reply, Verb
from bot.slack.failures import failures_told_by
from bot.slack.forms import errors_at
from bot.slack.grammar import Typed, parse_handle
from bot.slack.modals import Modals
from bot.slack.whispers import Whispers, pressed
from pipeline.domain.voices import ConsentId
from pipeline.errors import MissingArgument


@dataclass(frozen=True, slots=True)
class ConsentListeners:
    answer: AnswerConsent
    show: ShowConsent
    withdraw: WithdrawConsent
    go_on: GoOn
    may_attest: CheckAttestant
    attest: AttestConsent
    answer_widening: AnswerWidening
    commands: Commands
    modals: Modals
    whispers: Whispers

    def register(self, app: AsyncApp) -> None:
        self.commands.add(Verb("consent", "consent <name>", "owner: see or withdraw your consent", self.on_show))
        app.action(AGREE)(self.on_answer)
        app.action(REFUSE)(self.on_answer)
        app.action(LIMITED)(self.on_limited)
        app.view(LIMITS_FORM)(self.on_limits)
        app.action(GO_ON)(self.on_go_on)
        app.action(ATTACH)(self.on_attach)
        app.view(ATTEST_FORM)(self.on_attested)
        app.action(WIDEN_YES)(self.on_widening)
        app.action(WIDEN_NO)(self.on_widening)
        app.action(WITHDRAW)(self.on_withdraw)

    async def on_show(self, typed: Typed) -> Reply:
        if not typed.words:
            raise MissingArgument("/voice consent founder")
        text, blocks = consent_page(await self.show(typed.team_id, typed.user, parse_handle(typed.words[0])))
        return Reply(text, blocks)

    async def on_answer(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            consent_id = ConsentId(int(action["value"]))
            await self.answer(consent_id, body["user"]["id"], agrees=action["action_id"] == AGREE)
        await ack()

    async def on_limited(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        form = limits_form(ConsentId(int(action["value"])), self.go_on.clock().date())
        self.modals.open(body["trigger_id"], form)
        await ack()

    async def on_limits(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        async with failures_told_by(errors_at(ack, WORDS)):
            try:
                limits = limits_entered(view, self.go_on.clock())
            except WrongEntry as wrong:
                await ack(response_action="errors", errors={wrong.block_id: wrong.sentence})
                return
            await self.answer(ConsentId(int(view["private_metadata"])), body["user"]["id"], agrees=True, limits=limits)
            await ack()

    async def on_go_on(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            await self.go_on(ConsentId(int(action["value"])), body["user"]["id"])
        await ack()

    async def on_attach(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            consent_id = ConsentId(int(action["value"]))
            voice = await self.may_attest(consent_id, body["user"]["id"])
            self.modals.open(body["trigger_id"], attest_form(consent_id, voice.owner, self.attest.clock().date()))
        await ack()

    async def on_attested(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        async with failures_told_by(errors_at(ack, NOTE)):
            try:
                said = attested(view, team_id=body["team"]["id"], user=body["user"]["id"], now=self.attest.clock())
            except WrongEntry as wrong:
                await ack(response_action="errors", errors={wrong.block_id: wrong.sentence})
                return
            await self.attest(said)
            await ack()

    async def on_widening(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            agrees = action["action_id"] == WIDEN_YES
            await self.answer_widening(str(action["value"]), body["user"]["id"], agrees=agrees)
        await ack()

    async def on_withdraw(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            await self.withdraw(ConsentId(int(action["value"])), body["user"]["id"])
        await ack()
