"""A yes has a scope: more people than the owner agreed to draft only once the owner agrees to that too."""

from typing import Any, Literal

import pytest
from consent_bench import ADMIN, OTHER, OWNER, STEWARD, TEAM, Bench

from bot.consent_request import CONSENT_REQUEST, ask_for_consent, request_facts
from bot.features.consent.usecase import AnswerConsent
from bot.features.consent.views import TEMPLATES
from bot.features.consent.widening import WIDENED, AnswerWidening
from bot.features.preferences.drafters import ChooseDrafters
from bot.features.preferences.usecase import Chosen
from bot.features.preferences.views import chosen_text
from bot.widening import WIDEN, question
from pipeline.domain.preferences import Preferences
from pipeline.domain.voices import NewVoice, Voice
from pipeline.errors import AlreadyDecided, NotTheOwner, OwnerIsOutside

HERE = "UHERE"


@pytest.fixture
async def agreed(bench: Bench) -> Bench:
    """The voice of somebody in Slack, who agreed to one channel's members."""
    async with bench.database.begin() as tx:
        new = NewVoice(TEAM, "own", "generation", "public", HERE, STEWARD, "C1", "it works", "", drafters=("C7",))
        bench.voice = await tx.voices.add(new, now=bench.now)
        consent = await tx.consents.ask(bench.voice.voice_id, HERE, now=bench.now)
    await AnswerConsent(bench.database, bench.clock)(consent.consent_id, HERE, agrees=True)
    return bench


async def choose(bench: Bench, *drafters: str, by: str = STEWARD) -> Voice:
    return await ChooseDrafters(bench.database, bench.people, bench.clock)(TEAM, by, bench.voice.handle, drafters)


async def answer(bench: Bench, voice: Voice, user: str, *, agrees: bool) -> None:
    assert voice.wanted is not None
    step = AnswerWidening(bench.database, bench.people, bench.clock)
    await step(question(voice, voice.wanted), user, agrees=agrees)


async def now(bench: Bench) -> Voice:
    async with bench.database.read() as tx:
        return await tx.voices.by_id(bench.voice.voice_id)


async def asked(bench: Bench, voice: Voice, user: str) -> str:
    assert voice.wanted is not None
    return words(await bench.facts(f"widen:{question(voice, voice.wanted)}:{user}"), WIDEN)


def words(facts: Any, template: str) -> str:
    return "\n".join(str(block.to_dict()) for block in TEMPLATES[template](facts).blocks)


@pytest.mark.parametrize(
    ("sensitivity", "where"),
    [("public", "the provider's name is said first"), ("private", "never to a hosted provider")],
)
async def test_who_is_asked_reads_where_the_texts_may_go(
    bench: Bench, sensitivity: Literal["public", "private"], where: str
) -> None:
    async with bench.database.begin() as tx:
        new = NewVoice(TEAM, "own", "generation", sensitivity, HERE, STEWARD, "C1", "it works", "")
        voice = await tx.voices.add(new, now=bench.now)
        consent = await tx.consents.ask(voice.voice_id, HERE, now=bench.now)
    asked_by_name = TEMPLATES[CONSENT_REQUEST](request_facts(voice, consent)).payload()
    assert where in str(asked_by_name["blocks"])


async def test_a_circle_that_was_agreed_to_comes_back_without_asking(agreed: Bench) -> None:
    voice = await choose(agreed, "C7", "U9")
    assert voice.wanted is not None
    await answer(agreed, voice, HERE, agrees=True)
    await choose(agreed, "C7")
    again = await choose(agreed, "C7", "U9")
    assert (again.drafters, again.wanted) == (("C7", "U9"), None)


async def test_what_the_owner_chooses_widens_their_yes(agreed: Bench) -> None:
    await choose(agreed, "C7", "U9", by=HERE)
    await choose(agreed, "C7")
    again = await choose(agreed, "U9", "C7")
    assert (again.drafters, again.wanted) == (("U9", "C7"), None)
    asked_about = await choose(agreed, "C8")
    assert "You agreed to less: members of <#C7> and <@U9>." in await asked(agreed, asked_about, HERE)


async def test_before_there_is_an_answer_the_question_changes_with_the_circle(bench: Bench) -> None:
    async with bench.database.begin() as tx:
        new = NewVoice(TEAM, "own", "generation", "public", HERE, STEWARD, "C1", "it works", "", drafters=("C7",))
        bench.voice = await tx.voices.add(new, now=bench.now)
        consent = await ask_for_consent(tx, bench.voice, now=bench.now)
    voice = await choose(bench, "C7", "U9")
    assert (voice.drafters, voice.wanted) == (("C7", "U9"), None)
    facts = await bench.facts(f"consent:{consent.consent_id}:request")
    assert "members of <#C7> and <@U9>" in words(facts, CONSENT_REQUEST)


@pytest.mark.parametrize("wider", [("C7", "U9"), (), ("C8",)])
async def test_a_wider_circle_waits_for_the_owner_and_the_old_one_holds(agreed: Bench, wider: tuple[str, ...]) -> None:
    voice = await choose(agreed, *wider)
    assert voice.drafters == ("C7",)
    assert voice.wanted is not None
    assert voice.wanted.drafters == wider
    said = await asked(agreed, voice, HERE)
    assert "You agreed to less: members of <#C7>." in said
    assert "No, leave it" in said
    told = chosen_text(Chosen(voice, Preferences()), "/voice")
    assert "members of <#C7> may draft. I asked <@UHERE> whether" in told
    await answer(agreed, voice, HERE, agrees=True)
    after = await now(agreed)
    assert (after.drafters, after.wanted) == (wider, None)
    [entry] = await agreed.audits("voice.drafters")
    assert (entry.who, entry.before["drafters"], entry.after["drafters"]) == (HERE, ["C7"], list(wider))


async def test_a_no_leaves_it_and_the_thread_says_so(agreed: Bench) -> None:
    voice = await choose(agreed)
    await answer(agreed, voice, HERE, agrees=False)
    after = await now(agreed)
    assert (after.drafters, after.wanted) == (("C7",), None)
    assert voice.wanted is not None
    said = TEMPLATES[WIDENED](await agreed.facts(f"widened:{question(voice, voice.wanted)}")).text
    assert said == ("<@UHERE> said no to everybody in this workspace. It stays as it was: members of <#C7> may draft.")
    with pytest.raises(AlreadyDecided):
        await answer(agreed, voice, HERE, agrees=True)


async def test_only_the_owner_answers(agreed: Bench) -> None:
    voice = await choose(agreed)
    for user in (STEWARD, ADMIN):
        with pytest.raises(NotTheOwner):
            await answer(agreed, voice, user, agrees=True)
    assert (await now(agreed)).drafters == ("C7",)


async def test_fewer_people_hold_at_once_and_so_does_what_the_owner_chooses(agreed: Bench) -> None:
    assert (await choose(agreed, "C7", "U9", by=HERE)).drafters == ("C7", "U9")
    assert (await choose(agreed, "U9")).drafters == ("U9",)
    assert (await now(agreed)).wanted is None


async def test_a_new_choice_takes_the_question_back(agreed: Bench) -> None:
    first = await choose(agreed)
    narrower = await choose(agreed, "C7", "U9")  # still more than was agreed to
    assert narrower.wanted is not None
    assert narrower.wanted.drafters == ("C7", "U9")
    await choose(agreed, "C7", by=HERE)
    assert (await now(agreed)).wanted is None
    assert "Nobody asks for this any more" in await asked(agreed, narrower, HERE)
    with pytest.raises(AlreadyDecided):
        await answer(agreed, first, HERE, agrees=True)


async def test_before_anybody_agreed_a_steward_chooses_freely(bench: Bench) -> None:
    assert (await choose(bench, "C7")).drafters == ("C7",)
    assert (await choose(bench)).drafters == ()


async def test_for_an_owner_outside_slack_an_admin_answers(bench: Bench) -> None:
    bench.people.who = (ADMIN, OTHER)
    await choose(bench, "C7")
    await bench.attest()
    await bench.keep()
    voice = await choose(bench)
    assert voice.wanted is not None
    assert f"{OWNER} agreed to less" in await asked(bench, voice, ADMIN)
    assert "I asked the admins, who speak for Somebody Else" in chosen_text(Chosen(voice, Preferences()), "/voice")
    with pytest.raises(OwnerIsOutside):
        await answer(bench, voice, STEWARD, agrees=True)
    await answer(bench, voice, OTHER, agrees=True)
    assert (await now(bench)).drafters == ()
