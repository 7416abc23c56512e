"""The voice card, the New voice form, the list and the help text."""

from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import PlainTextObject
from slack_sdk.models.views import View

from bot.consent_request import CONSENT_ASKED
from bot.features.voices.usecase import VoiceFacts
from bot.slack.commands import Verb
from bot.slack.consent_words import limits_told
from bot.slack.drafter_forms import drafter_inputs
from bot.slack.drafter_words import counted, may_draft, named
from bot.slack.forms import people_input, select_input, text_input
from bot.slack.message import Facts, Message, button, buttons, plain, section
from bot.slack.mrkdwn import channel, day, escape, moment, person, quoted
from pipeline.domain.training import VoiceModel
from pipeline.domain.voices import Consent, Voice, is_slack_user

NEW_VOICE = "voices.new"
OWNER, OWNER_NAME = "owner", "owner_name"
OWNER_NEEDED = "Choose the owner, or type their name below if they are not in Slack; not both."
NAME_CHARS = 80
NAME_TOO_LONG = f"Type the name in at most {NAME_CHARS} signs."
ADD_SAMPLES = "datasets.open"
PAUSED = "{handle} is paused: nobody drafts with it until `/voice resume {handle}`. Nothing is lost."
RENAMED = "{old} is {new} from now on. `{old}` goes on meaning it, and what it learned stays as it is."
ALSO_NAMED = "`{new}` means {old} too, wherever a name is typed."
RESUMED = "{handle} goes on: it drafts again, as far as consent allows."
RETIRED = "{handle}@v{version} is retired: nobody drafts with it any more. What was said of its drafts stays."
PURPOSES = {
    "generation": "Writes posts",
    "extraction": "Pulls facts out of texts",
    "summarization": "Sums texts up",
    "rewriting": "Rewrites texts",
    "classification": "Sorts texts",
    "question answering": "Answers questions",
}
SENSITIVITIES = {
    "public": "public writing",
    "internal": "internal",
    "private": "personal, health or secret (private only)",
}


def voice_card(facts: Facts) -> Message:
    handle = escape(facts["handle"])
    allowed = f" · for {counted(facts['drafters'])}" if facts.get("drafters") else ""
    what = f"{PURPOSES[facts['purpose']]} · drafts in {channel(facts['channel'])}{allowed}"
    outside = "" if is_slack_user(facts["owner"]) else " (not in Slack)"
    people = f"steward {person(facts['steward'])} · voice of {person(facts['owner'])}{outside}"
    lines = [
        f"🎙️ *{handle}* — {standing(facts)}",
        f"{what} · {SENSITIVITIES[facts['sensitivity']]} · {people}",
    ]
    if facts["works_if"]:
        lines.append(f"Works if: {escape(facts['works_if'])}")
    if why := facts.get("why_promoted"):
        lines.append(f"⚠️ {person(why[0])} promoted v{facts['version']} without a win: “{quoted(why[1])}”")
    if facts.get("learned_from_withdrawn"):
        lines.append(f"⚠️ v{facts['version']} was trained on withdrawn data; only training again removes it")
    blocks = [section("\n".join(lines))]
    actions = [buttons(button("Add writing samples", ADD_SAMPLES, facts["handle"]))] if not facts["closed"] else []
    return Message(text=f"{facts['handle']}: {standing(facts)}", blocks=(*blocks, *actions))


def standing(facts: Facts) -> str:
    """One phrase: what the voice waits for, or what it can do."""
    if facts["closed"]:
        return "*closed*"
    if facts.get("paused_by"):
        return f"*paused* by {person(facts['paused_by'])}"
    if facts["consent"] == "asked":
        attest = "" if is_slack_user(facts["owner"]) else ", which an admin must attest"
        return f"new · *waiting for the owner's consent*{attest}"
    if not facts["consent_covers"]:
        return stopped(facts)
    until = (
        f"consent {person(facts['owner'])}{attested(facts)}, until {day(facts['consent_until'])}{limits_told(facts)}"
    )
    if facts["version"] is None:
        return f"*ready for samples* · {until}"
    if facts["version"] == 0:
        return f"*v0 can draft* (few-shot, not trained) · {until}"
    if facts["model_state"] == "promoted":
        return f"*→ v{facts['version']}* · {until}"
    return f"*v{facts['version']} can draft* (on trial) · {until}"


def attested(facts: Facts) -> str:
    if not facts.get("attested_by"):
        return ""
    return f", attested by {person(facts['attested_by'])} on {day(facts['attested_at'])}"


def stopped(facts: Facts) -> str:
    if facts.get("consent_ended") and not is_slack_user(facts["owner"]):
        return f"*stopped*: consent ended on {day(facts['consent_until'])}; an admin must attest it again"
    if facts.get("consent_ended"):
        return f"*stopped*: consent ended on {day(facts['consent_until'])}; {person(facts['owner'])} was asked again"
    return "*stopped*: there is no valid consent"


def consent_asked(facts: Facts) -> Message:
    return plain(
        f"I asked {person(facts['owner'])} for consent in a direct message. You can add and clean samples meanwhile. "
        "Until they agree I send nothing to a training provider and write nothing as the owner."
    )


TEMPLATES = {"voices.card": voice_card, CONSENT_ASKED: consent_asked}


def new_voice_form(handle: str, channel_id: str, steward: str, owner: str | None, groups: Mapping[str, str]) -> View:
    """private_metadata: the channel it was asked in. The five questions: purpose, people, process, platform, proof."""
    return View(
        type="modal",
        callback_id=NEW_VOICE,
        title=PlainTextObject(text="New voice"),
        submit=PlainTextObject(text="Create"),
        close=PlainTextObject(text="Cancel"),
        private_metadata=channel_id,
        blocks=[
            text_input("handle", "Name", "founder", optional=False, initial=handle),
            select_input("purpose", "Purpose: what should it do?", PURPOSES),
            people_input(OWNER, "Owner: whose voice is it?", owner, optional=True),
            text_input(
                OWNER_NAME, "…or their name, if they are not in Slack (an admin attests their consent)", "Jane Doe"
            ),
            people_input("steward", "Steward: who looks after the samples?", steward),
            *drafter_inputs(groups),
            select_input("sensitivity", "Platform: what kind of writing is it?", SENSITIVITIES),
            text_input("works_if", "How will you know it works?", "published with less than 15 % edits"),
            text_input("why", "Why not just prompting?", "tone prompts drift"),
        ],
    )


def voice_list(voices: Sequence[tuple[Voice, Consent | None, list[VoiceModel]]]) -> str:
    if not voices:
        return "There are no voices yet. `/voice new founder @owner` makes the first."
    return "\n".join(voice_line(*each) for each in voices)


def voice_line(voice: Voice, consent: Consent | None, models: list[VoiceModel]) -> str:
    version = version_of(models[-1]) if models else "not trained yet"
    answer = consent.state if consent else "not asked"
    return f"*{escape(voice.handle)}* — {version} · voice of {person(voice.owner)} · consent {answer} · {voice.state}"


def version_of(model: VoiceModel) -> str:
    return f"v{model.version}" if model.version else "v0 (few-shot, not trained)"


def mark(model: VoiceModel) -> str:
    parent = f" · from v{model.parent_version}" if model.parent_version else ""
    return parent + (" · trained on withdrawn data" if model.withdrawn_data_at is not None else "")


def voice_page(facts: VoiceFacts) -> str:
    lines = [voice_line(facts.voice, facts.consent, facts.models)]
    asked = f" `/voice settings {facts.voice.handle} drafters=…` changes it."
    lines.append(f"May draft: {may_draft(facts.voice.drafters)}.{unseen_told(facts.unseen)}{asked}")
    if facts.voice.works_if:
        lines.append(f"Works if: {escape(facts.voice.works_if)}")
    if facts.dataset is None:
        lines.append(f"No texts yet. `/voice data {facts.voice.handle}` opens the dataset thread.")
    else:
        dataset = facts.dataset.facts
        number = facts.round.number if facts.round else 1
        lines.append(f"Round {number}: {dataset.kept} texts · {dataset.tokens:,} tokens · {dataset.words:,} words")
        if dataset.undecided:
            lines.append(f"Still to decide before paying: {', '.join(dataset.undecided)}")
    lines += [
        f"`{facts.voice.handle}@{version_of(m)}` — {m.state}, made {moment(m.created_at)}{mark(m)}"
        for m in facts.models
    ]
    lines.append(f"{len(facts.drafts)} drafts so far.")
    return "\n".join(lines)


def unseen_told(unseen: Sequence[str]) -> str:
    return f" Slack doesn't tell me who {named(unseen)} is, so nobody is let in by that." if unseen else ""


def help_text(command: str, verbs: Sequence[Verb]) -> str:
    lines = [f"`{command} {verb.usage}` — {verb.says}" for verb in verbs]
    return "\n".join(
        [
            "I learn how one person writes and draft in that voice. In a thread, mention me instead of typing a slash.",
            *lines,
        ]
    )
