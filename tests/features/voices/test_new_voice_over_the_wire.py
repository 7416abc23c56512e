"""US1, first half: a command, a form, a card; and what is said when it cannot be."""

import asyncio

import pytest

from tests.fakes.bot_process import CHANNEL, World, words_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_form_makes_the_card_its_thread_and_the_question_to_the_owner(town: World) -> None:
    handle = await town.new_voice(works_if="published with < 15 % edits")
    card = await town.said(f"{handle}: new", after=0, channel=CHANNEL)
    shown = words_of(card["message"])
    assert f"🎙️ *{handle}* — new · *waiting for the owner's consent*" in shown
    assert "Works if: published with &lt; 15 % edits" in shown
    assert "Add writing samples" in shown
    asked = await town.said("I asked <@U0OWNER> for consent", after=0, thread_ts=card["ts"])
    assert "You can add and clean samples meanwhile" in asked["text"]
    request = words_of((await town.request_of(handle))["message"])
    assert "drafting stops within a minute" in request
    assert "Consent lasts 12 months." in request


async def test_a_taken_name_is_refused_before_the_form(town: World) -> None:
    handle = await town.new_voice()
    typed = await town.people.command("member", f"/voice new {handle.upper()} @owner")
    assert typed["answer"]["text"] == (
        f"`{handle}` already exists (steward <@U0STEWARD>). Pick another name, or ask the steward to add you."
    )
    assert not await town.people.views("member")


async def test_a_name_taken_while_the_form_was_open_is_told_below_the_field(town: World) -> None:
    first, second = await town.open_form("twice"), await town.open_form("twice", user="member")
    assert (await town.people.submit("steward", first["view_id"], {}))["errors"] == {}
    sent = await town.people.submit("member", second["view_id"], {})
    told = "`twice` already exists. Pick another name, or ask the steward to add you."
    assert sent["errors"] == {"handle": told}
    await town.people.act("close", user="member", view_id=second["view_id"])
    assert len(town.query("SELECT id FROM voice WHERE handle = 'twice'")) == 1


async def test_ten_people_at_once_make_one_voice(town: World) -> None:
    forms = [await town.open_form("crowded", user=user) for user in ("steward", "owner", "editor", "approver")]
    people = ("steward", "owner", "editor", "approver")
    sent = await asyncio.gather(
        *(town.people.submit(user, form["view_id"], {}) for user, form in zip(people, forms, strict=True))
    )
    assert sorted(bool(one["errors"]) for one in sent) == [False, True, True, True]
    assert len(town.query("SELECT id FROM voice WHERE handle = 'crowded'")) == 1
    for user, form, one in zip(people, forms, sent, strict=True):
        if one["errors"]:
            await town.people.act("close", user=user, view_id=form["view_id"])


@pytest.mark.parametrize("name", ["Founder GPT!", "1founder", "f", "a" * 32, "<!channel>"])
async def test_a_bad_name_is_quoted_and_explained(town: World, name: str) -> None:
    typed = await town.people.command("steward", f"/voice new {name} @owner")
    told = typed["answer"]["text"]
    assert told.endswith(
        "can't be a name. Use 2–31 small letters, digits or dashes, starting with a letter — for example `founder`."
    )
    assert told.startswith(f"`{name}`".replace("<", "&lt;").replace(">", "&gt;"))
    assert not await town.people.views("steward")


async def test_in_a_channel_without_the_bot_nothing_is_created(town: World) -> None:
    typed = await town.people.command("steward", "/voice new elsewhere @owner", channel="#random")
    told = await town.said("I'm not in this channel", after=typed["seq"], kind="ephemeral", to="U0STEWARD")
    assert told["text"] == (
        "I'm not in this channel. Type `/invite @Understudy`, then run the command again. Nothing was created."
    )
    assert not await town.people.views("steward")
    assert not town.query("SELECT id FROM voice WHERE handle = 'elsewhere'")


async def test_an_unknown_word_gets_the_nearest_one_offered(town: World) -> None:
    typed = await town.people.command("steward", "/voice lsit")
    assert "Did you mean `list`?" in typed["answer"]["text"]
    typed = await town.people.command("steward", "/voice <!channel>")
    assert "<!channel>" not in typed["answer"]["text"]


async def test_list_show_and_help_tell_what_there_is(town: World) -> None:
    handle = await town.new_voice(works_if="*bold* & <!here>")
    listed = (await town.people.command("member", "/voice list"))["answer"]["text"]
    assert f"*{handle}* — not trained yet · voice of <@U0OWNER> · consent asked" in listed
    shown = (await town.people.command("member", f"/voice show {handle}"))["answer"]["text"]
    assert "No texts yet." in shown
    assert "<!here>" not in shown
    for line in ("/voice", "/voice help", "/voice   "):
        helped = (await town.people.command("member", line))["answer"]["text"]
        assert "`/voice new <name> @owner`" in helped.replace("&lt;", "<").replace("&gt;", ">")


async def test_a_mention_in_a_thread_is_answered_to_the_person_who_wrote_it(town: World) -> None:
    post = await town.people.post("member", "#content", "hello")
    asked = await town.people.post("member", "#content", "@understudy list", thread_ts=post["ts"])
    told = await town.said("", after=asked["seq"], kind="ephemeral", to="U0MEMBER")
    assert told["thread_ts"] == post["ts"]


async def test_a_renamed_voice_is_found_by_both_names_and_only_its_people_rename_it(town: World) -> None:
    old = await town.new_voice()
    new = f"{old}-now"
    refused = await town.people.command("member", f"/voice rename {old} {new}")
    assert "Only the steward" in refused["answer"]["text"]
    typed = await town.people.command("steward", f"/voice rename {old} {new}")
    assert typed["answer"]["text"].startswith(f"{old} is {new} from now on.")
    shown = await town.people.command("member", f"/voice show {old}")
    assert f"*{new}*" in shown["answer"]["text"]
    await town.said(f"{new}", after=typed["seq"], kind="message_changed", channel=CHANNEL)
    again = await town.people.command("steward", f"/voice alias {new} {old}")
    assert f"`{old}` already exists" in again["answer"]["text"]
    assert town.query("SELECT what, who FROM audit_entry WHERE what = 'voice.rename'") == [
        ("voice.rename", "U0STEWARD")
    ]


async def drafted(town: World, user: str, handle: str) -> str:
    """What somebody is answered who wants a draft; nobody gets one, for there are no texts."""
    typed = await town.people.command(user, f"/voice draft {handle} why we repair tools words=200")
    return str(typed["answer"]["text"])


async def test_a_form_and_a_command_name_who_may_draft(town: World) -> None:
    made = await town.people.act("channels", name="workshop", members=["editor", "understudy"])
    chosen = {"drafter_channels": [made["channel"]["id"]], "drafter_groups": ["S0APPROVERS"]}
    form = await town.open_form("circle")
    values = {block: {block: value} for block, value in chosen.items()}
    assert (await town.people.submit("steward", form["view_id"], values))["errors"] == {}
    await town.quiet()
    request = words_of((await town.request_of("circle"))["message"])
    assert f"members of <#{made['channel']['id']}> and <!subteam^S0APPROVERS>, in <#C0CONTENT>" in request
    await town.answer("circle", "consent.agree")
    await town.quiet()
    assert "circle may be used by" in await drafted(town, "member", "circle")
    for user in ("editor", "approver", "steward", "owner"):
        assert "may be used by" not in await drafted(town, user, "circle")
    typed = await town.people.command("steward", "/voice settings circle drafters=@member, #random")
    assert "I asked <@U0OWNER> whether members of <#C0RANDOM> and <@U0MEMBER> may" in typed["answer"]["text"]
    asked = await town.said("May more people draft with circle?", after=typed["seq"], channel="D0OWNER")
    await town.people.press("owner", "D0OWNER", asked["ts"], "consent.widen_yes")
    await town.said("agreed: from now on members of <#C0RANDOM> and 1 person may draft.", after=asked["seq"])
    await town.quiet()
    assert "may be used by" not in await drafted(town, "member", "circle")
    shown = (await town.people.command("member", "/voice show circle"))["answer"]["text"]
    assert "May draft: members of <#C0RANDOM> and <@U0MEMBER>." in shown
