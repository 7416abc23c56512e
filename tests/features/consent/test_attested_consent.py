"""An owner who is not in Slack: an admin vouches with a signed note, which is kept before anything is allowed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from consent_bench import ADMIN, LIMITS, NOTE, NOW, OTHER, STEWARD, TEAM, UNTIL, Bench

from bot.attestations import attestation_of
from bot.features.consent.attesting import NOT_KEPT, CheckAttestant
from bot.features.consent.ending import WatchConsents
from bot.features.consent.usecase import ShowConsent
from bot.features.consent.views import TEMPLATES, consent_page
from bot.features.forgetting.forms import forget_form
from bot.features.forgetting.usecase import LookAtForgettable
from bot.owners import told_for_owner
from bot.rights import only_editors
from bot.slack.failures import sentence_for
from pipeline.domain.voices import ConsentLimits, NewVoice, is_slack_user, outside_name
from pipeline.errors import (
    AlreadyDecided,
    ConsentEnded,
    ConsentMissing,
    ConsentWithdrawn,
    NotAnEditor,
    NotTheOwner,
    OwnAttestation,
    OwnerIsOutside,
    TextsForgotten,
)
from storage.database import SqlDatabase


async def test_admins_are_asked_for_the_note_and_nothing_is_written_before(bench: Bench) -> None:
    consent = await bench.newest()
    said = TEMPLATES["consent.attest"](await bench.facts(f"consent:{consent.consent_id}:asked"))
    assert said.text.startswith(
        "I can't ask this person in Slack. An admin can attest consent and attach the signed note; the card will show "
        "who attested."
    )
    assert "Attach…" in str(said.blocks[1].to_dict())
    for admin in (ADMIN, OTHER):
        asked = await bench.facts(f"consent:{consent.consent_id}:attest:{admin}")
        assert "the posts of Somebody Else" in str(TEMPLATES["consent.attest_direct"](asked).blocks[0].to_dict())
    assert await bench.facts(f"consent:{consent.consent_id}:attest:{STEWARD}") is None
    with pytest.raises(ConsentMissing) as missing:
        await bench.may()
    assert "An admin can: *Attach…* in the voice's thread." in sentence_for(missing.value)
    assert "voice of Somebody Else (not in Slack)" in await bench.card()


async def test_consent_is_given_once_the_note_is_kept_with_its_hash(bench: Bench) -> None:
    await bench.attest()
    with pytest.raises(ConsentMissing):
        await bench.may()
    await bench.keep()
    await bench.may()
    consent = await bench.newest()
    assert (consent.state, consent.expires_at, consent.not_before, consent.limits) == (
        "given",
        LIMITS.until,
        LIMITS.not_before,
        LIMITS.words,
    )
    async with bench.database.read() as tx:
        attestation = await attestation_of(tx, consent)
    assert attestation is not None
    assert attestation.note_blob == sha256(NOTE).hexdigest()
    assert await bench.artifacts.get(attestation.note_blob) == NOTE
    assert f"consent Somebody Else, attested by <@{ADMIN}> on" in await bench.card()
    [entry] = await bench.audits("consent.given")
    assert (entry.who, entry.after["note_sha256"]) == (ADMIN, attestation.note_blob)
    told = TEMPLATES["consent.given"](await bench.facts(f"voice:{bench.voice.voice_id}:given:{UNTIL.date()}")).text
    assert told.startswith(f"<@{ADMIN}> attested that Somebody Else agreed with limits, and attached the signed note")
    asked = TEMPLATES["consent.attest"](await bench.facts(f"consent:{consent.consent_id}:asked"))
    assert asked.text.startswith(f"✅ <@{ADMIN}> attested Somebody Else's consent")
    assert len(asked.blocks) == 1


async def test_only_an_admin_attests_and_not_the_steward_while_there_is_another(bench: Bench) -> None:
    check = CheckAttestant(bench.database, bench.people, bench.clock)
    consent_id = (await bench.newest()).consent_id
    with pytest.raises(OwnerIsOutside):
        await check(consent_id, "UMEMBER")
    with pytest.raises(OwnAttestation) as own:
        await check(consent_id, STEWARD)
    assert sentence_for(own.value) == (
        "You look after this voice, so another admin must attest Somebody Else's consent: <@UADMIN>, <@UADMIN2>. "
        "Nothing changed."
    )
    with pytest.raises(OwnAttestation):
        await bench.attest(STEWARD)
    bench.people.who = (STEWARD,)
    await bench.attest(STEWARD)
    await bench.keep()
    await bench.may()


async def test_a_note_that_slack_does_not_give_attests_nothing(bench: Bench) -> None:
    bench.files.gone = True
    await bench.attest()
    await bench.keep()
    with pytest.raises(ConsentMissing):
        await bench.may()
    said = TEMPLATES[NOT_KEPT](await bench.facts("attestation:1:not-kept")).text
    assert said.startswith("Slack didn't give me “note.pdf”")
    bench.files.gone = False
    await bench.attest()
    await bench.keep()
    await bench.may()


async def test_of_two_admins_at_once_one_attests_and_the_other_is_told(bench: Bench) -> None:
    consent = await bench.newest()
    await bench.attest(ADMIN)
    await bench.attest(OTHER, consent=consent)
    await bench.keep()
    assert [entry.who for entry in await bench.audits("consent.given")] == [ADMIN]
    assert "was not needed" in TEMPLATES[NOT_KEPT](await bench.facts("attestation:2:not-kept")).text
    with pytest.raises(AlreadyDecided):
        await bench.attest(OTHER)
    assert await bench.artifacts.get(sha256(NOTE).hexdigest()) == NOTE  # the same bytes are the first one's


class Killed(BaseException):
    """kill -9: nothing of the process runs after it."""


@dataclass
class DyingDatabase:
    """The process dies right after the first commit."""

    database: SqlDatabase

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Any]:
        async with self.database.begin() as tx:
            yield tx
        raise Killed

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Any]:
        async with self.database.read() as tx:
            yield tx


async def test_a_note_that_was_not_needed_is_gone_even_if_the_process_dies_then(bench: Bench) -> None:
    await bench.attest(ADMIN)
    bench.people.who = (OTHER,)  # the admin is none any more when the note is fetched
    alive, bench.database = bench.database, DyingDatabase(bench.database)  # type: ignore[assignment]  # as a Database
    with pytest.raises(Killed):
        await bench.keep()
    bench.database = alive
    await bench.keep()
    with pytest.raises(FileNotFoundError):
        await bench.artifacts.get(sha256(NOTE).hexdigest())


async def test_an_admin_takes_it_back_and_nobody_else(bench: Bench) -> None:
    await bench.attest()
    await bench.keep()
    bench.people.who = (ADMIN,)
    for user in (STEWARD, "UMEMBER"):
        with pytest.raises(OwnerIsOutside):
            await bench.withdraw(user)
    await bench.withdraw(ADMIN)
    with pytest.raises(ConsentWithdrawn):
        await bench.may()
    consent = await bench.newest()
    said = TEMPLATES["consent.withdrawn"](await bench.facts(f"consent:{consent.consent_id}:withdrawn")).text
    assert said.startswith(f"<@{ADMIN}> took Somebody Else's consent back on")
    asked = TEMPLATES["consent.attest"](await bench.facts(f"consent:{consent.consent_id}:asked")).text
    assert asked.startswith(f"<@{ADMIN}> took Somebody Else's consent back")


async def test_its_end_is_told_to_steward_and_admins_and_a_new_note_goes_on(bench: Bench) -> None:
    await bench.attest()
    await bench.keep()
    old = await bench.newest()
    bench.now = UNTIL
    with pytest.raises(ConsentEnded) as ended:
        await bench.may()
    assert "Until an admin attests it again" in sentence_for(ended.value)
    watch = WatchConsents(bench.database, bench.people, bench.clock)
    await watch()
    await watch()
    assert len(await bench.audits("consent.ended")) == 1
    for user in (STEWARD, ADMIN, OTHER):
        said = TEMPLATES["consent.ends"](await bench.facts(f"consent:{old.consent_id}:ended:{user}"))
        assert "Attach…" in str(said.blocks[1].to_dict())
    assert await bench.facts(f"consent:{old.consent_id}:ended") is None
    await bench.attest(OTHER, ConsentLimits(bench.now + timedelta(days=365)))
    await bench.keep()
    await bench.may()
    new = await bench.newest()
    assert new.consent_id != old.consent_id
    said = TEMPLATES["consent.ends"](await bench.facts(f"consent:{old.consent_id}:ended:{STEWARD}"))
    assert "was attested again" in said.text
    assert f"attested by <@{OTHER}> on" in await bench.card()


async def test_steward_and_admins_see_what_it_rests_on_and_admins_may_end_it(bench: Bench) -> None:
    await bench.attest()
    await bench.keep()
    show = ShowConsent(bench.database, bench.people)
    bench.people.who = (ADMIN,)
    for user, may_end in ((ADMIN, True), (STEWARD, False)):
        text, blocks = consent_page(await show(TEAM, user, "founder"))
        assert f"Attested by <@{ADMIN}> on" in text
        assert ("Withdraw consent" in str([block.to_dict() for block in blocks])) == may_end
    with pytest.raises(OwnerIsOutside):
        await show(TEAM, "UMEMBER", "founder")


async def test_a_note_is_forgotten_once_its_consent_is_over_and_not_before(bench: Bench) -> None:
    await bench.attest()
    await bench.keep()
    note = sha256(NOTE).hexdigest()
    look = LookAtForgettable(bench.database, bench.people, bench.clock)
    assert (await look(TEAM, STEWARD, "founder")).notes == {}
    await bench.forget(note)
    assert await bench.artifacts.get(note) == NOTE
    await bench.withdraw(ADMIN)
    there = await look(TEAM, STEWARD, "founder")
    assert there.notes == {note: "note.pdf"}
    assert "A signed note, of a consent that is over" in str(forget_form(there).to_dict())
    await bench.forget(note)
    with pytest.raises(TextsForgotten):
        await bench.artifacts.get(note)
    async with bench.database.read() as tx:
        [attestation] = await tx.attestations.of_voice(bench.voice.voice_id)
    assert (attestation.said.by, attestation.said.name, attestation.note_blob) == (ADMIN, "forgotten", None)
    assert (await look(TEAM, STEWARD, "founder")).notes == {}


async def test_the_steward_stands_where_the_owner_would(bench: Bench) -> None:
    assert told_for_owner(bench.people, bench.voice) == (STEWARD, ADMIN, OTHER)
    async with bench.database.read() as tx:
        await only_editors(tx, bench.voice, STEWARD)
        with pytest.raises(NotAnEditor):
            await only_editors(tx, bench.voice, "UMEMBER")


async def test_an_owner_in_slack_answers_for_themselves(bench: Bench) -> None:
    async with bench.database.begin() as tx:
        new = NewVoice(TEAM, "own", "generation", "public", "UOWNER", STEWARD, "C1", "it works", "it does")
        voice = await tx.voices.add(new, now=NOW)
        consent = await tx.consents.ask(voice.voice_id, "UOWNER", now=NOW)
    with pytest.raises(NotTheOwner):
        await bench.attest(consent=consent)


def test_a_name_is_never_taken_for_an_id() -> None:
    assert outside_name("  Jane   Doe ") == "Jane Doe"
    assert outside_name("URSULA") == "Ursula"
    assert not is_slack_user(outside_name("WU9"))
