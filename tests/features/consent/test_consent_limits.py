"""An owner agrees as far as they want, for as long as they want; after the end nothing is drafted or locked."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from consent_bench import Staff

from bot.features.consent.ending import ENDED, ENDS, GoOn, WatchConsents
from bot.features.consent.forms import limits_entered
from bot.features.consent.usecase import AnswerConsent
from bot.features.consent.views import TEMPLATES
from bot.features.datasets.report.prepare_round import within_consent
from bot.readiness import only_with_consent
from bot.slack.amounts import WrongEntry
from pipeline.domain.documents import Filters, Recipe
from pipeline.domain.voices import Consent, ConsentLimits, NewVoice, Voice
from pipeline.errors import AlreadyDecided, ConsentEnded, NotTheOwner
from storage.database import SqlDatabase
from tests.fakes.databases import migrated_engine

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
TEAM, OWNER = "T1", "UOWNER"
YEAR = timedelta(days=365)


@dataclass
class Bench:
    database: SqlDatabase
    voice: Voice
    now: datetime = NOW
    people: Staff = field(default_factory=lambda: Staff(("UADMIN",)))

    def clock(self) -> datetime:
        return self.now

    async def newest(self) -> Consent:
        async with self.database.read() as tx:
            consent = await tx.consents.newest(self.voice.voice_id)
        assert consent is not None
        return consent

    async def agree(self, limits: ConsentLimits = ConsentLimits()) -> Consent:  # noqa: B008  # frozen
        answer = AnswerConsent(self.database, self.clock)
        await answer((await self.newest()).consent_id, OWNER, agrees=True, limits=limits)
        return await self.newest()

    async def watch(self) -> None:
        await WatchConsents(self.database, self.people, self.clock)()

    async def go_on(self, user: str = OWNER) -> None:
        await GoOn(self.database, self.clock)((await self.newest()).consent_id, user)

    async def facts(self, key: str) -> Any:
        async with self.database.read() as tx:
            return await tx.outbox.facts(TEAM, key)

    async def may(self) -> None:
        async with self.database.read() as tx:
            await only_with_consent(tx, self.voice, self.now)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    engine = migrated_engine(tmp_path / "test.db")
    database = SqlDatabase(engine, 0)
    new = NewVoice(TEAM, "founder", "generation", "public", OWNER, "USTEWARD", "C1", "it works", "it does")
    async with database.begin() as tx:
        voice = await tx.voices.add(new, now=NOW)
        await tx.consents.ask(voice.voice_id, OWNER, now=NOW)
    yield Bench(database, voice)
    await engine.dispose()


async def test_an_owners_limits_are_kept_and_told(bench: Bench) -> None:
    until = NOW + timedelta(days=100)
    consent = await bench.agree(ConsentLimits(until, date(2021, 1, 1), "no social posts"))
    assert (consent.expires_at, consent.not_before, consent.limits) == (until, date(2021, 1, 1), "no social posts")
    said = TEMPLATES["consent.given"](await bench.facts(f"voice:{bench.voice.voice_id}:given:{until.date()}")).text
    assert "agreed with limits" in said
    assert "nothing from before" in said
    assert "“no social posts”" in said
    assert "I leave earlier texts out of every round. The rest is yours to respect." in said


async def test_limits_make_the_open_round_anew_and_a_yes_without_any_does_not(bench: Bench) -> None:
    async with bench.database.begin() as tx:
        round_ = await tx.rounds.open_for(bench.voice, channel_id="C1", now=NOW)
    before = round_.revision
    await bench.agree(ConsentLimits(not_before=date(2021, 1, 1)))
    async with bench.database.begin() as tx:
        limited = await tx.rounds.by_id(round_.round_id)
        await tx.consents.ask(bench.voice.voice_id, OWNER, now=NOW)
    assert limited.revision > before
    await bench.agree()
    async with bench.database.read() as tx:
        assert (await tx.rounds.by_id(round_.round_id)).revision == limited.revision


def test_no_choice_lets_earlier_texts_in_than_the_owner_agreed_to() -> None:
    consent = Consent(1, 1, OWNER, "given", NOW, not_before=date(2021, 1, 1))  # type: ignore[arg-type]  # ids are ints
    for chosen, since in ((None, 2021), (date(2019, 5, 1), 2021), (date(2023, 1, 1), 2023)):
        recipe = within_consent(Recipe(Filters(since=chosen)), consent)
        assert recipe.filters.since is not None
        assert recipe.filters.since.year == since
    free = Recipe(Filters(since=date(2019, 5, 1)))
    assert within_consent(free, None) == within_consent(free, replace(consent, not_before=None)) == free


async def test_the_owner_is_reminded_once_two_weeks_before_the_end(bench: Bench) -> None:
    consent = await bench.agree()
    key = f"consent:{consent.consent_id}:ends"
    bench.now = NOW + YEAR - timedelta(days=15)
    await bench.watch()
    assert await bench.facts(key) is None
    bench.now = NOW + YEAR - timedelta(days=14)
    await bench.watch()
    first = await bench.facts(key)
    await bench.watch()
    assert await bench.facts(key) == first
    assert "ends on" in TEMPLATES[ENDS](first).blocks[0].to_dict()["text"]["text"]
    await bench.may()


async def test_after_the_end_nothing_is_drafted_and_the_owner_is_asked_again(bench: Bench) -> None:
    consent = await bench.agree()
    bench.now = NOW + YEAR
    with pytest.raises(ConsentEnded):
        await bench.may()
    await bench.watch()
    await bench.watch()
    asked = await bench.facts(f"consent:{consent.consent_id}:ended")
    assert "until you agree again" in TEMPLATES[ENDS](asked).blocks[0].to_dict()["text"]["text"]
    said = TEMPLATES[ENDED](await bench.facts(f"consent:{consent.consent_id}:ended:thread")).text
    assert said.startswith("<@UOWNER>'s consent ended on")
    async with bench.database.read() as tx:
        ends = [one for one in await tx.audit.of_team(TEAM) if one.what == "consent.ended"]
    assert len(ends) == 1


async def test_one_press_goes_on_with_the_same_limits(bench: Bench) -> None:
    await bench.agree(ConsentLimits(None, date(2021, 1, 1), "no social posts"))
    with pytest.raises(AlreadyDecided):
        await bench.go_on()  # long before the end there is nothing to renew
    bench.now = NOW + YEAR + timedelta(days=3)
    await bench.watch()
    with pytest.raises(NotTheOwner):
        await bench.go_on("USTEWARD")
    old = await bench.newest()
    await bench.go_on()
    new = await bench.newest()
    assert (new.state, new.expires_at) == ("given", bench.now + YEAR)
    assert (new.not_before, new.limits) == (date(2021, 1, 1), "no social posts")
    await bench.may()
    pressed = await bench.facts(f"consent:{old.consent_id}:ended")
    assert len(TEMPLATES[ENDS](pressed).blocks) == 1  # its button is gone


def entered(**values: str) -> dict[str, Any]:
    days = ("not_before", "until")
    element = {name: {"selected_date" if name in days else "value": value} for name, value in values.items()}
    return {"state": {"values": {name: {name: one} for name, one in element.items()}}}


def test_an_owner_cannot_agree_for_longer_than_a_year_or_until_yesterday() -> None:
    for until in ("2026-11-21", "2027-11-22"):
        with pytest.raises(WrongEntry):
            limits_entered(entered(until=until), NOW)
    limits = limits_entered(entered(until="2027-11-21", not_before="2021-01-01", words=" no  social posts "), NOW)
    assert limits == ConsentLimits(datetime(2027, 11, 22, tzinfo=UTC), date(2021, 1, 1), "no social posts")
