"""Asked for in every way, done by the worker, said once in the dataset thread, and remembered."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient
from sqlmodel import select

from bot.cards import say_round_card
from bot.features.rehearsal.listeners import RehearsalListeners
from bot.features.rehearsal.overriding import OVERRIDDEN, CheckOverride, OverrideRehearsal
from bot.features.rehearsal.usecase import DONE, AskToRehearse, LookAtTrial, RunRehearsal
from bot.features.rehearsal.views import TEMPLATES
from bot.preparing import ProcessPool
from bot.rehearsing import ExecutorRehearser
from bot.slack.commands import Commands
from bot.slack.grammar import Typed
from bot.slack.modals import Modals
from bot.slack.whispers import Whispers
from pipeline.domain.documents import DocumentId, ExampleId
from pipeline.domain.prepared import Example
from pipeline.domain.rehearsals import RehearsalRecord
from pipeline.domain.voices import Dataset, NewDataset, NewVoice, Round, Voice
from pipeline.domain.work import AuditEntry, PostedMessage, WorkItem
from pipeline.errors import MissingArgument, NotSteward, UnknownVoice
from pipeline.examples import to_jsonl
from pipeline.rehearsal import TooFew, Trial, try_out
from storage.artifacts import FsspecArtifacts
from storage.database import SqlDatabase
from storage.engine import Engine
from storage.postings import SqlPostings
from storage.tables import OutboxRow
from storage.work_queue import SqlWorkQueue
from tests.fakes.databases import migrated_engine

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
TEAM, CHANNEL, OWNER, STEWARD, MEMBER = "T1", "C1", "UOWNER", "USTEWARD", "UMEMBER"
SYLLABLES = ("ka", "ro", "ten", "mi", "sal", "ver", "do", "lin")
LINK = "Read it at https://example.org/notes today."


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class DirectRehearser:
    """In this process; broken: raises instead."""

    broken: bool = False
    calls: int = 0

    async def rehearse(self, train_rows: bytes, held_out_rows: bytes) -> Trial | TooFew:
        self.calls += 1
        if self.broken:
            raise RuntimeError
        return try_out(train_rows, held_out_rows)


@dataclass(frozen=True, slots=True)
class OpenedModals(Modals):
    """Keeps what would be opened."""

    views: list[View] = field(default_factory=list)

    def open(self, trigger_id: str, view: View, **_: Any) -> None:
        assert trigger_id == "trigger"
        self.views.append(view)


@dataclass
class Acks:
    said: list[dict[str, Any]] = field(default_factory=list)

    async def __call__(self, **answer: Any) -> None:
        self.said.append(answer)


def rows(size: int, ending: str = "") -> list[Example]:
    return [row(number, ending) for number in range(size)]


def row(number: int, ending: str) -> Example:
    chance = random.Random(number)
    words = ["".join(chance.choices(SYLLABLES, k=2)) for _ in range(80)]
    text = " ".join(words).capitalize() + f". Put another way {words[1]} {words[2]} {words[3]}. {ending}"
    name = f"e{number}"
    return Example(ExampleId(name), DocumentId(name), "", f"Write about {words[0]}.", text, "train", 0, len(words))


@dataclass
class Thread:
    """A voice with an open round, whose card is posted."""

    engine: Engine
    database: SqlDatabase
    artifacts: FsspecArtifacts
    voice: Voice
    round: Round
    clock: Clock = field(default_factory=Clock)
    rehearser: DirectRehearser = field(default_factory=DirectRehearser)

    def __post_init__(self) -> None:
        whispers = Whispers(self.database)
        self.commands = Commands("/voice", Modals(AsyncWebClient()), whispers)
        self.ask = AskToRehearse(self.database, self.clock)
        self.modals = OpenedModals(AsyncWebClient())
        self.listeners = RehearsalListeners(
            ask=self.ask,
            look=LookAtTrial(self.artifacts),
            check_override=CheckOverride(self.database),
            override=OverrideRehearsal(self.database, self.artifacts, self.clock),
            commands=self.commands,
            whispers=whispers,
            modals=self.modals,
        )
        self.listeners.register(AsyncApp(token="xoxb-test", signing_secret="test"))
        self.step = RunRehearsal(self.database, self.artifacts, self.rehearser, self.clock)
        self.queue = SqlWorkQueue(self.engine)

    async def prepared(self, train: list[Example], held_out: list[Example], findings: str = "[]") -> Dataset:
        """findings: JSON, as the cleaning report has them."""
        blobs = [await self.artifacts.put(to_jsonl(part)) for part in (train, held_out[:1], held_out[1:])]
        new = NewDataset(
            team_id=TEAM,
            voice_id=self.voice.voice_id,
            round_id=self.round.round_id,
            content_hash=f"{len(train):064x}",
            train_blob=blobs[0],
            validation_blob=blobs[1],
            test_blob=blobs[2],
            report_blob=await self.artifacts.put(f'{{"findings": {findings}}}'.encode()),
            documents_read=100,
            kept=len(train) + len(held_out),
            examples=len(train) + len(held_out),
            train_examples=len(train),
            train_tokens=0,
            tokens=0,
            words=0,
            open_blockers=(),
        )
        async with self.database.begin() as tx:
            dataset = await tx.datasets.add(new, now=NOW)
            revision = (await tx.rounds.by_id(self.round.round_id)).revision
            await tx.rounds.prepared(self.round.round_id, revision=revision, dataset_id=dataset.dataset_id)
        return dataset

    async def command(self, *words: str, user: str = STEWARD, thread_ts: str | None = None) -> str:
        typed = Typed(TEAM, CHANNEL, user, "trigger", "rehearse", words, thread_ts=thread_ts)
        return (await self.commands.run(typed)).text

    async def press(self, name: str, value: str, user: str = STEWARD) -> None:
        action = {"value": value, "action_ts": "1.1"}
        body = {
            "team": {"id": TEAM},
            "user": {"id": user},
            "trigger_id": "trigger",
            "container": {"channel_id": CHANNEL, "message_ts": f"1.{name}"},
            "actions": [action],
        }
        acks = Acks()
        await getattr(self.listeners, name)(acks, body, action)
        assert acks.said == [{}]

    async def give_reason(self, reason: str, user: str = STEWARD) -> dict[str, Any]:
        """Fill in the form that was opened last; the answer to Slack."""
        view = self.modals.views[-1].to_dict()
        acks, body = Acks(), {"team": {"id": TEAM}, "user": {"id": user}}
        state = {"values": {"reason": {"reason": {"value": reason}}}}
        await getattr(self.listeners, "on_overridden")(acks, body, view | {"state": state})  # noqa: B009  # not an AsyncAck
        (answer,) = acks.said
        return answer

    async def claim(self) -> WorkItem | None:
        return await self.queue.claim("w1", now=self.clock(), lease_s=60)

    async def work(self) -> int:
        done = 0
        while (item := await self.claim()) is not None:
            await self.step(item)
            done += 1
        return done

    async def said(self) -> dict[str, tuple[str, dict[str, Any]]]:
        async with self.engine.reading() as session:
            return {row.key: (row.template, dict(row.facts)) for row in await session.exec(select(OutboxRow))}

    async def report(self) -> dict[str, Any]:
        [facts] = [facts for template, facts in (await self.said()).values() if template == "rehearsal.report"]
        return facts

    async def whispers(self) -> list[str]:
        return [facts["text"] for key, (_, facts) in (await self.said()).items() if key.startswith("whisper:")]

    async def audits(self) -> list[AuditEntry]:
        async with self.database.read() as tx:
            return [entry for entry in await tx.audit.of_team(TEAM) if entry.what == DONE]

    async def known(self, dataset: Dataset) -> RehearsalRecord | None:
        async with self.database.read() as tx:
            return await tx.rehearsals.of_dataset(dataset)

    async def card_standing(self) -> str | None:
        [facts] = [facts for template, facts in (await self.said()).values() if template == "datasets.card"]
        standing: str | None = facts["rehearsal"]
        return standing

    async def posted_card(self) -> PostedMessage:
        async with self.database.begin() as tx:
            await say_round_card(tx, self.round, self.voice)
        postings = SqlPostings(self.engine)
        posting = await postings.claim("p1", now=NOW, lease_s=60)
        assert posting is not None
        await postings.posted(posting, channel_id=CHANNEL, ts="1764000000.000100", now=NOW)
        return PostedMessage(posting.saying.key, CHANNEL, "1764000000.000100")


@pytest.fixture
async def thread(tmp_path: Path) -> AsyncIterator[Thread]:
    engine = migrated_engine(tmp_path / "rehearsal.db")
    database = SqlDatabase(engine, default_month_limit_microusd=1)
    async with database.begin() as tx:
        new = NewVoice(TEAM, "founder", "generation", "public", OWNER, STEWARD, CHANNEL, "people post it", "the blog")
        voice = await tx.voices.add(new, now=NOW)
        round_ = await tx.rounds.open_for(voice, channel_id=CHANNEL, now=NOW)
    artifacts = FsspecArtifacts(f"file://{tmp_path}/artifacts")
    yield Thread(engine, database, artifacts, voice, round_)
    await engine.dispose()


async def test_clean_texts_get_the_report_in_the_dataset_thread(thread: Thread) -> None:
    dataset = await thread.prepared(rows(30), rows(40)[30:])
    assert "The rehearsal comes in the thread of round 1" in await thread.command("founder")
    assert (await thread.report())["state"] == "running"
    assert await thread.work() == 1
    facts = await thread.report()
    assert (facts["state"], facts["problems"], facts["texts"]) == ("done", [], 40)
    assert facts["habits"][0]["words"].lower() == "put another way"
    text = TEMPLATES["rehearsal.report"](facts).text
    assert text.startswith("🎭 *Rehearsal — free, on our own machine.*")
    [entry] = await thread.audits()
    assert entry.subject == dataset.facts.content_hash
    assert entry.after == {"verdict": "pass", "problems": []}
    known = await thread.known(dataset)
    assert known is not None
    assert (known.verdict, known.dataset_hash, known.lets_pay) == ("pass", dataset.facts.content_hash, True)
    assert known.shown_blob == facts["shown"]
    assert await thread.card_standing() == "pass"
    assert await thread.claim() is None


async def test_faults_are_refused_and_the_audit_has_no_texts(thread: Thread) -> None:
    await thread.prepared(rows(30), rows(40)[30:])
    await thread.prepared([row(number, LINK) for number in range(31)], rows(40)[31:])
    await thread.command("founder")
    await thread.work()
    facts = await thread.report()
    assert "link" in [problem["rule"] for problem in facts["problems"]]
    assert "🛑 *Rehearsal found" in TEMPLATES["rehearsal.report"](facts).text
    [entry] = await thread.audits()
    assert entry.after["verdict"] == "refuse"
    assert "example.org" not in json.dumps(dict(entry.after))


async def test_too_few_texts_are_said_with_how_many(thread: Thread) -> None:
    await thread.prepared(rows(7), rows(9)[7:])
    await thread.command("founder")
    await thread.work()
    assert TEMPLATES["rehearsal.report"](await thread.report()).text == (
        "9 texts are left; I need at least 20 to rehearse and most providers need 10 to train. "
        "Add texts, or use few-shot (works from 3)."
    )
    [entry] = await thread.audits()
    assert entry.after == {"verdict": "too-few", "problems": []}
    assert await thread.card_standing() == "too-few"


async def test_asked_twice_it_is_one_message_and_one_piece_of_work(thread: Thread) -> None:
    await thread.prepared(rows(30), rows(40)[30:])
    await thread.command("founder")
    await thread.press("on_run", "founder")
    assert await thread.work() == 1
    assert [template for template, _ in (await thread.said()).values()].count("rehearsal.report") == 1
    assert await thread.whispers() == [f"The rehearsal comes in the thread of round 1 in <#{CHANNEL}>."]


async def test_a_repeated_step_says_the_same(thread: Thread) -> None:
    await thread.prepared(rows(30), rows(40)[30:])
    await thread.command("founder")
    item = await thread.claim()
    assert item is not None
    await thread.step(item)
    first = await thread.report()
    await thread.command("founder")
    await thread.work()
    assert await thread.report() == first


async def test_in_the_dataset_thread_no_name_is_needed(thread: Thread) -> None:
    card = await thread.posted_card()
    await thread.prepared(rows(30), rows(40)[30:])
    assert "The rehearsal comes" in await thread.command(thread_ts=card.ts)
    with pytest.raises(MissingArgument):
        await thread.command()
    with pytest.raises(MissingArgument):
        await thread.command(thread_ts="1700000000.000000")


async def test_without_texts_or_while_they_are_cleaned_it_says_so(thread: Thread) -> None:
    assert "has no texts to rehearse yet" in await thread.command("founder")
    await thread.prepared(rows(30), rows(40)[30:])
    async with thread.database.begin() as tx:
        await tx.rounds.changed(thread.round.round_id)
    assert "being cleaned right now" in await thread.command("founder")
    assert await thread.claim() is None


async def test_only_the_steward_and_the_owner_rehearse(thread: Thread) -> None:
    await thread.prepared(rows(30), rows(40)[30:])
    with pytest.raises(NotSteward):
        await thread.command("founder", user=MEMBER)
    with pytest.raises(UnknownVoice):
        await thread.command("nobody")
    assert "comes in the thread" in await thread.command("founder", user=OWNER)


async def test_the_buttons_show_all_phrases_and_three_samples(thread: Thread) -> None:
    await thread.prepared(rows(30), rows(40)[30:])
    await thread.command("founder")
    await thread.work()
    shown = (await thread.report())["shown"]
    await thread.press("on_phrases", shown, MEMBER)
    await thread.press("on_samples", shown, MEMBER)
    phrases, samples = await thread.whispers()
    assert "put another way" in phrases.lower()
    assert samples.count("*Write about") == 3


async def test_what_fails_again_and_again_is_given_up_with_a_reference(thread: Thread) -> None:
    await thread.prepared(rows(30), rows(40)[30:])
    await thread.command("founder")
    thread.rehearser.broken = True
    for _ in range(5):
        item = await thread.claim()
        assert item is not None
        with pytest.raises(RuntimeError):
            await thread.step(item)
        thread.clock.now += timedelta(minutes=5)  # the lease of a worker that died
    assert await thread.work() == 1
    assert "reference `rehearsal-" in (await thread.report())["sentence"]
    assert thread.rehearser.calls == 5


async def test_the_processes_give_what_this_process_gives() -> None:
    train, held_out = to_jsonl(rows(30)), to_jsonl(rows(40)[30:])
    with ProcessPool(1) as pool:
        assert await ExecutorRehearser(pool).rehearse(train, held_out) == try_out(train, held_out)


LINKS_OPEN = '[{"rule": "link", "fix": "Remove, keep the words", "choice": "keep"}]'
LINKS_FIXED = '[{"rule": "link", "fix": "Remove, keep the words", "choice": "fix"}]'
WHY = "The links belong to the posts."


async def refused(thread: Thread, findings: str = LINKS_OPEN) -> Dataset:
    dataset = await thread.prepared([row(number, LINK) for number in range(30)], rows(40)[30:], findings)
    await thread.command("founder")
    await thread.work()
    return dataset


@pytest.mark.parametrize(("findings", "fixable"), [(LINKS_OPEN, True), (LINKS_FIXED, False), ("[]", False)])
async def test_a_fix_is_offered_only_where_it_would_change_the_texts(
    thread: Thread, findings: str, fixable: bool
) -> None:
    await refused(thread, findings)
    facts = await thread.report()
    [link] = [problem for problem in facts["problems"] if problem["rule"] == "link"]
    assert link["fixable"] is fixable
    words = json.dumps(TEMPLATES["rehearsal.report"](facts).payload(), ensure_ascii=False)
    assert ("datasets.fix.link" in words) is fixable
    assert "spending.ask" not in words and "rehearsal.override" in words


async def test_a_typed_reason_opens_the_way_and_is_shown_and_written_down(thread: Thread) -> None:
    dataset = await refused(thread)
    await thread.press("on_override", str(dataset.dataset_id))
    assert await thread.give_reason(WHY) == {}
    known = await thread.known(dataset)
    assert known is not None and known.lets_pay
    assert (known.verdict, known.overridden_by, known.override_reason) == ("refuse", STEWARD, WHY)
    words = json.dumps(TEMPLATES["rehearsal.report"](await thread.report()).payload(), ensure_ascii=False)
    assert f"<@{STEWARD}> overrode this: “{WHY}” The approval card shows it." in words
    assert "spending.ask" in words and "rehearsal.override" not in words
    assert await thread.card_standing() == "overridden"
    async with thread.database.read() as tx:
        entry = (await tx.audit.of_team(TEAM))[-1]
    assert (entry.who, entry.what, entry.subject) == (STEWARD, OVERRIDDEN, dataset.facts.content_hash)
    assert (dict(entry.before), dict(entry.after)) == ({"verdict": "refuse"}, {"reason": WHY})


async def test_too_few_is_overridden_in_the_same_way(thread: Thread) -> None:
    dataset = await thread.prepared(rows(12), rows(14)[12:])
    await thread.command("founder")
    await thread.work()
    await thread.press("on_override", str(dataset.dataset_id))
    assert await thread.give_reason("Twelve letters are all there are.") == {}
    words = json.dumps(TEMPLATES["rehearsal.report"](await thread.report()).payload(), ensure_ascii=False)
    assert "14 texts are left" in words and "Twelve letters" in words and "spending.ask" in words


@pytest.mark.parametrize("reason", ["", "because", "because" + " " * 40])
async def test_a_reason_has_to_say_something(thread: Thread, reason: str) -> None:
    dataset = await refused(thread)
    await thread.press("on_override", str(dataset.dataset_id))
    answer = await thread.give_reason(reason)
    assert "At least 20 characters" in answer["errors"]["reason"]
    known = await thread.known(dataset)
    assert known is not None and not known.lets_pay


async def test_only_the_steward_or_the_owner_overrides(thread: Thread) -> None:
    dataset = await refused(thread)
    await thread.press("on_override", str(dataset.dataset_id), MEMBER)
    assert thread.modals.views == [] and "Only the steward" in (await thread.whispers())[0]
    await thread.press("on_override", str(dataset.dataset_id), OWNER)
    assert "Only the steward" in (await thread.give_reason(WHY, MEMBER))["errors"]["reason"]
    assert await thread.give_reason(WHY, OWNER) == {}


async def test_two_people_at_once_leave_one_reason(thread: Thread) -> None:
    dataset = await refused(thread)
    await thread.press("on_override", str(dataset.dataset_id))
    answers = await asyncio.gather(thread.give_reason(WHY), thread.give_reason("Another reason that is long.", OWNER))
    assert sorted(bool(answer) for answer in answers) == [False, True]
    async with thread.database.read() as tx:
        assert [entry.what for entry in await tx.audit.of_team(TEAM)].count(OVERRIDDEN) == 1
    await thread.press("on_override", str(dataset.dataset_id))
    assert "nothing to override" in (await thread.whispers())[0]


async def test_texts_that_changed_since_are_not_overridden(thread: Thread) -> None:
    old = await refused(thread)
    await thread.press("on_override", str(old.dataset_id))
    await thread.prepared([row(number, LINK) for number in range(31)], rows(40)[31:])
    assert "nothing to override" in (await thread.give_reason(WHY))["errors"]["reason"]
    known = await thread.known(old)
    assert known is not None and not known.lets_pay


async def test_a_repetition_keeps_the_override(thread: Thread) -> None:
    dataset = await refused(thread)
    await thread.press("on_override", str(dataset.dataset_id))
    await thread.give_reason(WHY)
    said = await thread.report()
    await thread.command("founder")
    await thread.work()
    assert await thread.report() == said
