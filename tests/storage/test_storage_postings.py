"""The outbox: said with its fact, posted once, in its thread, edited by the same key."""

import asyncio
from datetime import datetime, timedelta

import pytest
from storage_seeds import NOW, TEAM

from pipeline.domain.work import Place, PostedMessage, Posting, Saying
from pipeline.errors import LeaseLost
from storage.database import SqlDatabase
from storage.engine import Engine, open_engine
from storage.postings import SqlPostings

LATER = NOW + timedelta(seconds=60)


def saying(key: str, n: int = 1, **place: str) -> Saying:
    return Saying(
        key=key, template="drafting.card", facts={"n": n}, place=Place(TEAM, **(place or {"channel_id": "C1"}))
    )


async def say(db: SqlDatabase, *sayings: Saying) -> None:
    async with db.begin() as tx:
        for one in sayings:
            await tx.outbox.say(one)


@pytest.fixture
def postings(engine: Engine) -> SqlPostings:
    return SqlPostings(engine)


async def claim(postings: SqlPostings, *, at: datetime = NOW) -> Posting:
    posting = await postings.claim("poster", now=at, lease_s=30)
    assert posting is not None
    return posting


async def nothing_due(postings: SqlPostings, *, at: datetime = NOW) -> bool:
    return await postings.claim("poster", now=at, lease_s=30) is None


async def post(postings: SqlPostings, *, channel_id: str = "C1", ts: str = "1.000001") -> Posting:
    posting = await claim(postings)
    await postings.posted(posting, channel_id=channel_id, ts=ts, now=NOW)
    return posting


async def test_messages_are_posted_in_the_order_they_were_said(db: SqlDatabase, postings: SqlPostings) -> None:
    await say(db, saying("a"), saying("b"), saying("c"))
    assert [(await post(postings, ts=f"1.00000{n}")).saying.key for n in range(3)] == ["a", "b", "c"]
    assert await nothing_due(postings)


async def test_twenty_posters_never_get_the_same_message(db: SqlDatabase, postings: SqlPostings) -> None:
    await say(db, *(saying(f"k{n}") for n in range(30)))

    async def work() -> list[str]:
        keys = []
        while posting := await postings.claim("p", now=NOW, lease_s=30):
            keys.append(posting.saying.key)
            await postings.posted(posting, channel_id="C1", ts=f"1.{posting.outbox_id:06}", now=NOW)
        return keys

    posted = [key for keys in await asyncio.gather(*(work() for _ in range(20))) for key in keys]
    assert sorted(posted) == sorted(f"k{n}" for n in range(30))


async def test_a_reply_waits_for_its_parent_and_joins_its_thread(db: SqlDatabase, postings: SqlPostings) -> None:
    await say(db, saying("reply", thread_key="card"))
    assert await nothing_due(postings)
    await say(db, saying("card", user_id="U1"))
    parent = await claim(postings)
    assert (parent.saying.key, parent.channel_id) == ("card", None)
    assert await nothing_due(postings)
    await postings.posted(parent, channel_id="D9", ts="7.000001", now=NOW)
    reply = await claim(postings)
    assert (reply.channel_id, reply.thread_ts, reply.ts) == ("D9", "7.000001", None)


async def test_a_reply_to_a_reply_joins_the_same_thread(db: SqlDatabase, postings: SqlPostings) -> None:
    await say(db, saying("first"), saying("second", thread_key="first"), saying("third", thread_key="second"))
    await post(postings, ts="1.000001")
    await post(postings, ts="1.000002")
    assert (await claim(postings)).thread_ts == "1.000001"


async def test_a_parent_of_another_team_does_not_count(db: SqlDatabase, postings: SqlPostings) -> None:
    await say(db, Saying("card", "a.b", {}, Place("T2", channel_id="C9")), saying("reply", thread_key="card"))
    await post(postings, channel_id="C9")
    assert await nothing_due(postings)


async def test_a_thread_we_did_not_start_is_kept(db: SqlDatabase, postings: SqlPostings) -> None:
    await say(db, saying("a", channel_id="C1", thread_ts="5.5"))
    assert (await claim(postings)).thread_ts == "5.5"


async def test_other_facts_edit_the_message_that_stands(db: SqlDatabase, postings: SqlPostings) -> None:
    await say(db, saying("a", 1))
    await post(postings, ts="1.000001")
    await say(db, saying("a", 2))
    edit = await claim(postings)
    assert (edit.ts, edit.channel_id, edit.revision, edit.saying.facts) == ("1.000001", "C1", 2, {"n": 2})


async def test_the_same_facts_change_nothing(db: SqlDatabase, postings: SqlPostings) -> None:
    lists = Saying("a", "a.b", {"names": ("x", "y")}, Place(TEAM, channel_id="C1"))
    await say(db, lists)
    assert (await post(postings)).revision == 1
    await say(db, lists)
    assert await nothing_due(postings)


async def test_facts_changed_while_it_is_posted_are_posted_too(db: SqlDatabase, postings: SqlPostings) -> None:
    await say(db, saying("a", 1))
    posting = await claim(postings)
    await say(db, saying("a", 2))
    assert await nothing_due(postings)
    await postings.posted(posting, channel_id="C1", ts="1.000001", now=NOW)
    edit = await claim(postings)
    assert (edit.ts, edit.saying.facts, edit.attempts) == ("1.000001", {"n": 2}, 1)


async def test_what_only_one_person_sees_is_never_edited(db: SqlDatabase, postings: SqlPostings) -> None:
    place = Place(TEAM, channel_id="C1")
    await say(db, Saying("a", "a.b", {"n": 1}, place, only_for="U1"))
    await post(postings)
    await say(db, Saying("a", "a.b", {"n": 2}, place, only_for="U1"))
    assert await nothing_due(postings)


async def test_a_crash_after_the_intent_leaves_it_for_the_next(db: SqlDatabase, postings: SqlPostings) -> None:
    await say(db, saying("a"))
    await postings.about_to_post(await claim(postings), now=NOW)
    other = open_engine(postings.engine.sql.url.render_as_string(hide_password=False))
    after_crash = await SqlPostings(other).claim("next", now=LATER, lease_s=30)
    assert after_crash is not None
    assert (after_crash.intent_at, after_crash.ts, after_crash.attempts) == (NOW, None, 2)
    await SqlPostings(other).posted(after_crash, channel_id="C1", ts="1.000001", now=LATER)
    await say(db, saying("a", 2))
    assert (await claim(postings)).intent_at is None
    await other.dispose()


@pytest.mark.parametrize("clear_intent", [True, False])
async def test_put_off_it_keeps_its_intent_unless_nothing_was_sent(
    db: SqlDatabase, postings: SqlPostings, *, clear_intent: bool
) -> None:
    await say(db, saying("a", 1), saying("b"))
    posting = await claim(postings)
    await postings.about_to_post(posting, now=NOW)
    await postings.postpone(posting, run_at=LATER, clear_intent=clear_intent)
    await say(db, saying("a", 2))
    assert (await post(postings)).saying.key == "b"
    assert await nothing_due(postings)
    again = await claim(postings, at=LATER)
    assert (again.saying.facts, again.intent_at) == ({"n": 2}, None if clear_intent else NOW)


async def test_given_up_it_is_tried_again_only_with_other_facts(db: SqlDatabase, postings: SqlPostings) -> None:
    await say(db, saying("a", 1))
    await postings.give_up(await claim(postings), error="channel_not_found")
    await say(db, saying("a", 1))
    assert await nothing_due(postings, at=LATER)
    await say(db, saying("a", 2))
    assert (await claim(postings)).attempts == 1


@pytest.mark.parametrize("write", ["about_to_post", "posted", "postpone", "give_up"])
async def test_who_lost_the_message_can_write_nothing(db: SqlDatabase, postings: SqlPostings, write: str) -> None:
    await say(db, saying("a"))
    late = await claim(postings)
    await claim(postings, at=LATER)
    with pytest.raises(LeaseLost):
        match write:
            case "about_to_post":
                await postings.about_to_post(late, now=NOW)
            case "posted":
                await postings.posted(late, channel_id="C1", ts="1.000009", now=NOW)
            case "postpone":
                await postings.postpone(late, run_at=NOW, clear_intent=True)
            case _:
                await postings.give_up(late, error="late")
    async with db.read() as tx:
        assert await tx.outbox.posted("a") is None


async def test_at_shutdown_claimed_messages_are_free_at_once(db: SqlDatabase, postings: SqlPostings) -> None:
    await say(db, saying("a"))
    late = await claim(postings)
    await postings.release_all("poster")
    with pytest.raises(LeaseLost):
        await postings.about_to_post(late, now=NOW)
    await claim(postings)


async def test_a_posted_message_is_found_by_key_and_by_place(db: SqlDatabase, postings: SqlPostings) -> None:
    await say(db, saying("a"), saying("b"))
    await post(postings, ts="1.000001")
    async with db.read() as tx:
        assert await tx.outbox.posted("a") == PostedMessage("a", "C1", "1.000001")
        assert await tx.outbox.posted("b") is None
        assert await tx.outbox.key_at(TEAM, "C1", "1.000001") == "a"
        assert await tx.outbox.key_at("T2", "C1", "1.000001") is None


async def test_a_key_of_two_teams_needs_the_team(db: SqlDatabase, postings: SqlPostings) -> None:
    await say(db, saying("home"), Saying("home", "a.b", {}, Place("T2", channel_id="C2")))
    await post(postings, ts="1.000001")
    await post(postings, channel_id="C2", ts="1.000002")
    async with db.read() as tx:
        assert await tx.outbox.posted("home", team_id="T2") == PostedMessage("home", "C2", "1.000002")
        with pytest.raises(LookupError):
            await tx.outbox.posted("home")


async def test_what_is_said_in_a_failed_transaction_is_not_said(db: SqlDatabase, postings: SqlPostings) -> None:
    with pytest.raises(ZeroDivisionError):
        async with db.begin() as tx:
            await tx.outbox.say(saying("a"))
            raise ZeroDivisionError
    assert await nothing_due(postings)
