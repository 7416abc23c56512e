"""US2 in its straight path: files in, report out, fixes, undo, filters; by several people and more than once."""

import asyncio
import json
from pathlib import Path
from random import Random

import pytest

from tests.fakes.bot_process import CHANNEL, REPORT, Json, Thread, World, words_of

pytestmark = pytest.mark.asyncio(loop_scope="module")
EXPORT = Path(__file__).parents[3] / "examples" / "field-notes.wordpress.xml"


def posts(number: int, *, start: int = 1, text: str = "") -> bytes:
    """CSV rows that have little in common."""
    rows = []
    for n in range(start, start + number):
        body = " ".join(Random(n).sample(WORDS, 70))
        rows.append(f'"Post {n}","{body}. {text}",2024-01-{n:02}')
    return "\n".join(["title,body,date", *rows]).encode()


VOCABULARY = """
    about after again always another answer apple because before begin behind better between bread bring build button
    carry chair change clean close cold cook corner cover cross dance dark deep dinner door dream drive early earth
    edge enough evening every example family farm field file finger finish fire floor flower follow forest friend
    garden gather glass good grass green ground half hammer hand happy heavy hour house hundred inside island keep
    kitchen kind ladder large laugh learn leave letter light listen little long lunch machine market measure mend
    middle milk minute money month morning mother mountain music name narrow needle never night noise north notice
    number ocean often oil old open orange paper pencil people picture piece place plain plant play pocket quiet
    rain reach read ready river road roof rope round rubber salt sand school season seed shelf shoe short silver
    simple sister sleep slowly small smile snow soft south spoon spring square stone story street string strong
"""
WORDS = VOCABULARY.split()
LINKED = "Read https://example.org/more today."


async def press(town: World, thread: Thread, action: str, user: str = "steward") -> Json:
    report = await town.message_in(thread, REPORT)
    return dict(await town.people.press(user, CHANNEL, report["ts"], action))


async def report_of(town: World, thread: Thread) -> str:
    await town.quiet()
    return words_of(await town.message_in(thread, REPORT))


async def test_a_wordpress_export_becomes_a_report_with_a_fix_for_each_finding(town: World) -> None:
    thread = await town.dataset_thread()
    report = words_of(await town.report(thread, "field-notes.wordpress.xml", EXPORT.read_bytes()))
    files = [one for one in await town.in_thread(thread) if "read to the end" in one]
    assert files[0].startswith("*field-notes.wordpress.xml* — WordPress export, 86 items, read to the end.")
    assert "* kept: author *Mara Quill* · type *post* · status *published*" in files[0]
    assert added_up(files[0].split("\n", 1)[1]) == 86
    assert added_up(report.split("*Cleaning report* — ")[1]) == 86
    assert "*Done, with undo:*" in report
    assert "If you accept all" in report
    assert "Accept all" in report


def added_up(said: str) -> int:
    """What is kept and every reason's count, of "*71* … kept …" and the line "Left out: 5 older · 10 newer"."""
    left_out = said.split("Left out: ")[1].split("\n")[0]
    return int(said.split("*")[1]) + sum(int(part.split()[0].replace(",", "")) for part in left_out.split(" · "))


async def test_accept_all_fix_undo_and_show(town: World) -> None:
    thread = await town.dataset_thread()
    await town.report(thread, "linked.csv", posts(20, text=LINKED))
    shown = await press(town, thread, "datasets.show.link", "member")
    told = await town.said("becomes", after=shown["seq"], kind="ephemeral", to="U0MEMBER")
    assert "https://example.org/more" in told["text"]
    before = town.state_of(thread)
    await press(town, thread, "datasets.fix.link.fix")
    report = await report_of(town, thread)
    assert "✓ *Links.*" in report
    fixed = town.state_of(thread)
    assert fixed[1:] != before[1:]
    await press(town, thread, "datasets.undo.link")
    await report_of(town, thread)
    ((dataset_id,),) = town.query("SELECT dataset_id FROM round WHERE id = ?", town.round_id(thread))
    assert dataset_id == before[0][2]
    await press(town, thread, "datasets.accept_all")
    report = await report_of(town, thread)
    assert "Accept all" not in report
    assert "Done. Every step can be undone until you lock the round." in (await town.in_thread(thread))[-1]
    assert "20 of 20 texts, clean" in words_of((await town.people.messages(CHANNEL, thread_ts=thread.ts))[0])


async def test_undo_pressed_twice_is_undone_once(town: World) -> None:
    thread = await town.dataset_thread()
    tagged = posts(12, text="<b>bold</b> word")
    await town.report(thread, "tagged.csv", tagged)
    report = await town.message_in(thread, REPORT)
    pressed = [town.people.press("steward", CHANNEL, report["ts"], "datasets.undo.markup") for _ in range(2)]
    await asyncio.gather(*pressed)
    assert "✓ *Markup" not in await report_of(town, thread)
    steps = town.query("SELECT choice, undone_at FROM recipe_step WHERE round_id = ?", town.round_id(thread))
    assert steps == [("keep", None)]


async def test_two_people_and_a_double_click_accept_each_fix_once(town: World) -> None:
    thread = await town.dataset_thread()
    await town.report(thread, "linked.csv", posts(20, text=LINKED))
    report = await town.message_in(thread, REPORT)
    people = ("steward", "owner", "steward", "owner")
    answers = await asyncio.gather(
        *(town.people.press(user, CHANNEL, report["ts"], "datasets.accept_all") for user in people)
    )
    assert {one["outcome"] for one in answers} == {"acked"}
    await town.quiet()
    sql = "SELECT rule, count(*) FROM recipe_step WHERE round_id = ? GROUP BY rule"
    assert {count for _, count in town.query(sql, town.round_id(thread))} == {1}


async def test_others_may_not_change_the_set(town: World) -> None:
    thread = await town.dataset_thread()
    await town.report(thread, "linked.csv", posts(12, text=LINKED))
    before = town.state_of(thread)
    told = "Only the steward (<@U0STEWARD>) or the owner changes this dataset. Ask them to press it."
    for action in ("datasets.accept_all", "datasets.fix.link.fix"):
        pressed = await press(town, thread, action, "member")
        assert (await town.said("Only", after=pressed["seq"], kind="ephemeral", to="U0MEMBER"))["text"] == told
    seq = await town.drop(thread, "mine.csv", posts(3), user="member")
    assert (await town.said("Only", after=seq, kind="ephemeral", to="U0MEMBER"))["text"] == told
    typed = await town.people.command("member", f"/voice data {thread.handle}")
    assert typed["answer"]["text"] == told
    await town.quiet()
    assert town.state_of(thread) == before


async def test_filters_change_what_is_kept(town: World) -> None:
    thread = await town.dataset_thread()
    await town.report(thread, "dated.csv", posts(20))
    form = await filters_form(town, thread)
    entered = chosen({"since": "2024-01-06", "titles": "Post 20, Post (7"})
    assert not (await town.people.submit("steward", form["view_id"], entered))["open"]
    report = await report_of(town, thread)
    assert "*14* of 20 kept" in report
    assert "Left out: 5 older · 1 excluded by title" in report
    (told,) = [one for one in await town.in_thread(thread) if "dated.csv" in one]
    assert "*14* kept: type *post* · status *published* · since *6 Jan 2024*" in told
    form = await filters_form(town, thread)
    assert "Post 20, Post (7" in json.dumps(form["view"])
    await town.people.submit("steward", form["view_id"], chosen({"since": "2030-01-01"}))
    await town.quiet()
    assert "All 20 items were filtered out." in (await town.in_thread(thread))[1]


async def filters_form(town: World, thread: Thread) -> Json:
    report = await town.message_in(thread, REPORT)
    pressed = await town.people.press("steward", CHANNEL, report["ts"], "datasets.filters")
    return dict(await town.people.wait("view_opened", after=pressed["seq"], user="U0STEWARD"))


def chosen(entered: Json) -> Json:
    return {f"datasets.filter.{name}": {f"datasets.filter.{name}": value} for name, value in entered.items()}


async def test_filters_can_be_typed_with_quotes_as_phones_make_them(town: World) -> None:
    handle = await town.new_voice()
    typed = await town.people.command("steward", f"/voice data {handle} author=“Mara Quill” —since 2021-04-01")
    assert typed["outcome"] == "acked"
    thread = await town.dataset_thread(handle)
    await town.report(thread, "field-notes.wordpress.xml", EXPORT.read_bytes())
    assert (
        "author *Mara Quill* · type *post* · status *published* · since *1 Apr 2021*"
        in (await town.in_thread(thread))[0]
    )


async def test_two_files_at_once_are_read_one_after_the_other(town: World) -> None:
    thread = await town.dataset_thread()
    dropped = [await town.people.drop_file("steward", f"{n}.csv", posts(6, start=n)) for n in (1, 8)]
    files = [one["file"]["id"] for one in dropped]
    await town.people.fault("files.info", "slow", seconds=1.0, times=2)
    shared = await town.people.act("share", user="steward", channel=CHANNEL, thread_ts=thread.ts, files=files)
    await town.said("Reading `8.csv` after `1.csv` (1 in front).", after=shared["seq"])
    await town.quiet()
    assert "*12* of 12 kept" in await report_of(town, thread)


async def test_the_same_bytes_twice_in_one_message_count_once(town: World) -> None:
    thread = await town.dataset_thread()
    dropped = [await town.people.drop_file("steward", name, posts(9)) for name in ("a.csv", "b.csv")]
    files = [one["file"]["id"] for one in dropped]
    await town.people.act("share", user="steward", channel=CHANNEL, thread_ts=thread.ts, files=files)
    await town.quiet()
    await town.rows_when("SELECT 1 FROM source WHERE round_id = ? AND state = 'refused'", town.round_id(thread))
    assert "*9* of 9 kept" in await report_of(town, thread)


async def test_the_same_file_again_adds_nothing(town: World) -> None:
    thread = await town.dataset_thread()
    await town.report(thread, "once.csv", posts(11))
    before = town.state_of(thread)
    told = await town.refusal(thread, "again.csv", posts(11), why="SameFile")
    assert told.startswith("I already read this exact file on <!date^")
    assert told.endswith("(11 texts). Nothing added.\nRead again")
    assert town.state_of(thread) == before


async def test_an_event_delivered_three_times_has_one_effect(town: World) -> None:
    thread = await town.dataset_thread()
    await town.people.event_fault("message.channels", "duplicate", times=3)
    await town.people.event_fault("message.channels", "duplicate", times=3)
    await town.report(thread, "thrice.csv", posts(10))
    await town.people.settled()
    await town.people.act("faults/clear")
    await town.quiet()
    assert len(town.query("SELECT id FROM source WHERE round_id = ?", town.round_id(thread))) == 1
    assert [said.split()[0] for said in await town.in_thread(thread)] == ["*thrice.csv*", "*Cleaning", "Done."]


async def test_the_button_on_the_voices_card_opens_the_thread(town: World) -> None:
    handle = await town.new_voice()
    messages = await town.people.messages(CHANNEL)
    card = next(one for one in messages if f"🎙️ *{handle}*" in words_of(one))
    pressed = await town.people.press("steward", CHANNEL, card["ts"], "datasets.open")
    await town.said(f"📚 *{handle} · round 1*", after=pressed["seq"])
    told = await town.said("Dataset thread: ", after=pressed["seq"], kind="ephemeral", to="U0STEWARD")
    assert handle in told["text"]


async def test_hostile_names_mention_nobody(town: World) -> None:
    thread = await town.dataset_thread()
    hostile = 'title,body,date,author\n"<!channel> *x*","Hello <@U0OWNER> there",2024-01-01,"<!here>"\n'
    hostile += '"B","Another text of some words",2024-01-02,"`<!everyone>`"\n'
    await town.report(thread, "<!channel>`*.csv", hostile.encode())
    for text in await town.in_thread(thread):
        assert "<!channel>" not in text
        assert "<!here>" not in text
        assert "<!everyone>" not in text
        assert "<@U0OWNER>" not in text
