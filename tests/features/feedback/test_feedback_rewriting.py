"""Better versions: kept, revised, withdrawn, from replies and from the form."""

import asyncio

import pytest
from drafting_world import EDITOR, GUEST, MEMBER, OWNER, STEWARD, TEAM, TEXT, wish, words_of
from feedback_world import BOT, FeedbackWorld, message, rendered

from bot.features.drafting.usecase import Press

BETTER = TEXT.replace("Repair comes first", "Mend it before you buy")  # 5 changed of 20 words, and 2 more
TS = "1764100000.000100"


async def test_a_fix_is_kept_and_thanked_for(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    assert await world.say(draft, f"fix: {BETTER}", TS) == 200
    [rewrite] = await world.rewrites()
    assert (rewrite.facts.draft_id, rewrite.facts.user, rewrite.facts.text) == (draft.draft_id, EDITOR, BETTER)
    assert rewrite.facts.changed_share == pytest.approx(0.25)  # 3 exchanged, 2 added, of 20 words
    [thanks] = await world.inner.post()
    assert thanks.thread_ts == await world.inner.ts_of(draft.card_key)
    words = words_of(rendered(thanks))
    assert (
        "Thanks — 25 % changed. If nobody objects it becomes: 1 example and 1 'better than' pair for round 2." in words
    )
    assert "Don't use" in words


async def test_the_same_delivery_twice_is_one_rewrite(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    await asyncio.gather(*(world.say(draft, f"fix: {BETTER}", TS, event_id="Ev-1") for _ in range(10)))
    [rewrite] = await world.rewrites()
    assert rewrite.revision == 1


async def test_ten_people_at_once_keep_their_own_versions(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    fixes = (world.say(draft, f"fix: {BETTER} {n}", f"176410000{n}.000100", user=f"U{n}") for n in range(10))
    await asyncio.gather(*fixes)
    assert sorted(one.facts.user for one in await world.rewrites()) == [f"U{n}" for n in range(10)]
    assert len(await world.inner.post()) == 10


async def test_the_same_text_is_whispered_and_counts_as_a_thumb(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    await world.say(draft, f"fix: {TEXT}", TS)
    [whisper] = await world.inner.post()
    assert whisper.saying.only_for == EDITOR
    assert words_of(rendered(whisper)) == "Your version is the same text, so I counted it as 👍."
    [rewrite] = await world.rewrites()
    assert rewrite.facts.changed_share == 0


async def test_a_different_article_is_an_example_only(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    await world.say(draft, "fix: An entirely other piece about bread and butter.", TS)
    [said] = await world.inner.post()
    assert "I'll keep it as an example, not as a correction." in words_of(rendered(said))


async def test_links_are_dropped_and_it_is_said(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    await world.say(draft, f"fix: {BETTER} See <https://a.example|this> and <https://b.example>.", TS)
    [rewrite] = await world.rewrites()
    assert "http" not in rewrite.facts.text
    [said] = await world.inner.post()
    assert "Your version has 2 links; for training I'll drop them, your message stays as it is." in words_of(
        rendered(said)
    )


async def test_a_fix_is_about_the_newest_draft_it_could_have_seen(world: FeedbackWorld) -> None:
    first = await world.inner.drafted()
    thread = await world.inner.ts_of(first.card_key)
    between = f"{float(await world.inner.ts_of(first.text_key)) + 0.5:.6f}"
    await world.inner.redraft(first.draft_id, "another", Press(TEAM, MEMBER, thread, "press-1"))
    await world.inner.work()
    await world.inner.post()
    second = (await world.inner.drafts())[-1]
    await world.say(first, f"fix: {BETTER} now", TS)
    await world.say(first, f"fix: {BETTER} before", between)  # written before the second draft, delivered late
    newest, older = await world.rewrites()
    assert (newest.facts.draft_id, older.facts.draft_id) == (second.draft_id, first.draft_id)


async def test_a_fix_in_a_thread_that_people_began(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted(thread_ts="1763000000.000100")
    await world.say(draft, f"fix: {BETTER}", TS)
    [rewrite] = await world.rewrites()
    assert rewrite.facts.draft_id == draft.draft_id


async def test_a_fix_under_the_card_of_three_is_about_the_last(world: FeedbackWorld) -> None:
    third = await world.inner.drafted(count=3)
    first = (await world.inner.drafts())[0]
    await world.say(first, f"fix: {BETTER}", TS)
    [rewrite] = await world.rewrites()
    assert rewrite.facts.draft_id == third.draft_id


async def test_a_fix_with_nothing_behind_it_is_told_how(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    await world.say(draft, "fix: ", TS)
    [how] = await world.inner.post()
    assert how.saying.template == "feedback.fix"
    assert await world.rewrites() == []


async def test_a_fix_before_there_is_a_draft_is_told(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    await world.say(draft, f"fix: {BETTER}", "1763999999.000100")
    [told] = await world.inner.post()
    assert told.saying.only_for == EDITOR
    assert "There's no draft of mine there" in words_of(rendered(told))


async def test_messages_that_are_no_fix_are_left_to_others(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    assert await world.say(draft, "well said", TS) == 404  # nobody of this feature listens
    assert await world.event(message("fix: the door", TS, None)) == 404
    assert await world.edit(draft, "well said", "very well said", TS) == 404
    bots = message(f"fix: {BETTER}", TS, await world.inner.ts_of(draft.card_key)) | {"bot_id": "B7"}
    assert await world.event(bots) == 404
    assert await world.event(message("fix: the door", TS, "1763000000.000100")) == 200  # in some other thread
    assert await world.rewrites() == []
    assert await world.inner.post() == []


async def test_guests_and_we_ourselves_write_no_versions(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    await world.say(draft, f"fix: {BETTER}", TS, user=GUEST)
    await world.say(draft, f"fix: {BETTER}", "1764100001.000100", user=BOT)
    assert await world.rewrites() == []
    assert len(await world.inner.audits("feedback.guest_not_counted")) == 1


async def test_an_edit_is_a_new_revision_and_edits_the_answer(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    await world.say(draft, f"fix: {BETTER}", TS)
    [before] = await world.inner.post()
    await world.edit(draft, f"fix: {BETTER}", f"fix: {BETTER} Always.", TS)
    [rewrite] = await world.rewrites()
    assert (rewrite.revision, rewrite.facts.text) == (2, f"{BETTER} Always.")
    [after] = await world.inner.post()
    assert after.ts is not None
    assert after.saying.key == before.saying.key


async def test_an_unfurled_link_is_no_edit(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    text = f"fix: {BETTER}"
    await world.say(draft, text, TS)
    await world.edit(draft, text, text, TS)
    assert (await world.rewrites())[0].revision == 1


async def test_an_edit_keeps_to_its_draft_when_newer_ones_stand_there(world: FeedbackWorld) -> None:
    first = await world.inner.drafted()
    await world.say(first, f"fix: {BETTER}", TS)
    thread = await world.inner.ts_of(first.card_key)
    await world.inner.redraft(first.draft_id, "another", Press(TEAM, MEMBER, thread, "press-1"))
    await world.inner.work()
    await world.inner.post()
    await world.edit(first, f"fix: {BETTER}", f"fix: {BETTER} Always.", TS)
    assert [one.facts.draft_id for one in await world.rewrites()] == [first.draft_id]


async def test_a_message_edited_into_a_fix_counts(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    await world.edit(draft, "hm", f"fix: {BETTER}", TS)
    assert len(await world.rewrites()) == 1


async def test_a_fix_edited_into_something_else_is_withdrawn(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    await world.say(draft, f"fix: {BETTER}", TS)
    await world.edit(draft, f"fix: {BETTER}", "never mind", TS)
    assert (await world.rewrites())[0].withdrawn


async def test_an_edit_that_comes_before_its_message_is_what_stays(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    await world.edit(draft, f"fix: {BETTER}", f"fix: {BETTER} Always.", TS)
    await world.say(draft, f"fix: {BETTER}", TS)
    [rewrite] = await world.rewrites()
    assert rewrite.facts.text.endswith("Always.")


async def test_a_deleted_message_withdraws_and_the_answer_says_so(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    await world.say(draft, f"fix: {BETTER}", TS)
    await world.inner.post()
    await world.delete(draft, f"fix: {BETTER}", TS)
    assert (await world.rewrites())[0].withdrawn
    [said] = await world.inner.post()
    assert "is withdrawn; it won't be used" in words_of(rendered(said))
    assert "Don't use" not in words_of(rendered(said))
    await world.edit(draft, f"fix: {BETTER}", f"fix: {BETTER} Always.", TS)  # an edit that was late
    assert (await world.rewrites())[0].withdrawn


async def test_a_deletion_that_comes_before_its_message_wins(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    await world.delete(draft, f"fix: {BETTER}", TS)
    await world.say(draft, f"fix: {BETTER}", TS)
    assert await world.rewrites() == []


@pytest.mark.parametrize("user", [EDITOR, OWNER, STEWARD])
async def test_writer_owner_and_steward_may_say_dont_use(world: FeedbackWorld, user: str) -> None:
    draft = await world.inner.drafted()
    await world.say(draft, f"fix: {BETTER}", TS)
    [rewrite] = await world.rewrites()
    for _ in range(2):
        assert await world.press("feedback.dont_use", rewrite.rewrite_id, user=user) == 200
    assert (await world.rewrites())[0].withdrawn
    [entry] = await world.inner.audits("rewrite.withdrawn")
    assert entry.who == user


async def test_others_may_not(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    await world.say(draft, f"fix: {BETTER}", TS)
    [rewrite] = await world.rewrites()
    await world.inner.post()
    await world.press("feedback.dont_use", rewrite.rewrite_id, user=MEMBER)
    assert not (await world.rewrites())[0].withdrawn
    [told] = await world.inner.post()
    assert told.saying.only_for == MEMBER


async def test_the_form_is_filled_with_the_draft_and_kept_once(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    assert await world.shortcut(await world.inner.ts_of(draft.text_key)) == 200
    [form] = world.modals.opened
    assert form["blocks"][0]["element"]["initial_value"] == TEXT
    for _ in range(2):
        assert await world.submit(draft, BETTER) == 200
    [rewrite] = await world.rewrites()
    assert (rewrite.facts.ts, rewrite.revision, rewrite.facts.text) == ("modal-V1", 1, BETTER)
    [said] = await world.inner.post()
    assert BETTER in words_of(rendered(said))  # nobody else has seen it


async def test_the_shortcut_elsewhere_and_on_long_drafts_explains(world: FeedbackWorld) -> None:
    world.inner.provider.answers = ["Many words here. " * 300]
    draft = await world.inner.drafted()
    await world.shortcut(await world.inner.ts_of(draft.text_key))
    await world.shortcut(await world.inner.ts_of(draft.card_key))
    too_long, no_draft = await world.inner.post()
    assert "too long for a form" in words_of(rendered(too_long))
    assert "There's no draft of mine there" in words_of(rendered(no_draft))
    assert world.modals.opened == []


async def test_a_form_with_blanks_only_says_so_in_the_form(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    await world.submit(draft, "   ")
    assert "errors" in str(world.answer)
    assert await world.rewrites() == []


async def test_a_bug_goes_up_so_that_slack_delivers_again(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    world.database.crash = "before"
    assert await world.say(draft, f"fix: {BETTER}", TS, event_id="Ev-1") == 500
    world.database.crash = None
    assert await world.say(draft, f"fix: {BETTER}", TS, event_id="Ev-1") == 200
    assert len(await world.rewrites()) == 1


async def test_a_fix_while_its_draft_is_being_posted_waits_for_the_record(world: FeedbackWorld) -> None:
    """The text stands in Slack, the bot still adds its emoji, and somebody is quick."""
    await world.inner.ask(wish())
    await world.inner.work()
    await world.inner.post_one()
    posting = await world.inner.start_posting()
    draft = (await world.inner.drafts())[0]
    assert await world.say(draft, f"fix: {BETTER}", TS, event_id="Ev-1") == 500  # Slack delivers again
    assert await world.emoji("1764000001.000100", "-1", event_id="Ev-2") == 500
    await world.inner.end_posting(posting, "1764000001.000100")
    assert await world.say(draft, f"fix: {BETTER}", TS, event_id="Ev-1") == 200
    assert await world.emoji("1764000001.000100", "-1", event_id="Ev-2") == 200
    assert [one.facts.draft_id for one in await world.rewrites()] == [draft.draft_id]
    assert {one.saying.template for one in await world.inner.post()} == {"feedback.fixed", "feedback.why"}
