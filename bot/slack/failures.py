"""Failures as sentences: what happened, what it means, what to do now. The only place that has them."""

import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from bot.slack.mrkdwn import channel, day, escape, moment, person, quoted, usd
from bot.slack.way_sentences import way_sentence
from pipeline import errors as e
from pipeline.domain.voices import PRIVATE_ONLY
from pipeline.errors import WayError
from pipeline.rule_names import NAMES

log = logging.getLogger(__name__)

MEGABYTE = 1024 * 1024


@asynccontextmanager
async def failures_told_by(tell: Callable[[str], Awaitable[object]]) -> AsyncIterator[None]:
    """An expected failure becomes its sentence; a bug becomes a reference, with the traceback in the log."""
    try:
        yield
    except e.AppError as error:
        await tell(sentence_for(error))
    except e.NotRecordedYet:
        raise  # Slack delivers again, and then it is recorded
    except Exception:  # the one place where a bug turns into words for a person
        reference = secrets.token_hex(4)
        log.exception("unexpected", extra={"reference": reference})
        await tell(unexpected(reference))


def unexpected(reference: str) -> str:
    return (
        f"Something went wrong on my side (reference `{reference}`). Nothing was lost; please try once more. "
        "If it happens again, give the reference to whoever runs me."
    )


def sentence_for(error: e.AppError) -> str:
    """One sentence or two for a person; never the exception's own text."""
    match error:
        case WayError():
            return way_sentence(error)
        case e.DataError():
            return data_sentence(error)
        case e.CommandError():
            return command_sentence(error)
        case e.RightsError() | e.ConsentError():
            return rights_sentence(error)
        case e.SpendError():
            return spend_sentence(error)
        case e.ProviderError():
            return provider_sentence(error)
        case e.DraftError():
            return draft_sentence(error)
    raise TypeError(type(error))


def data_sentence(error: e.DataError) -> str:
    match error:
        case e.UnreadableType():
            return (
                f"I can't read `{quoted(error.suffix or error.name)}` files. "
                "Export as .docx, .md or .txt and drop it here again. Nothing was added."
            )
        case e.EmptyFile():
            return f"`{quoted(error.name)}` is empty. Nothing was added; check the export and drop it here again."
        case e.UnreadableFile():
            return f"I couldn't read `{quoted(error.name)}`: {unreadable(error.where)}"
        case e.FileTooBig():
            return (
                f"`{quoted(error.name)}` is {error.size_bytes // MEGABYTE} MB; my limit is "
                f"{error.limit_bytes // MEGABYTE} MB. Export only the posts table, or one year at a time."
            )
        case e.ArchiveBomb():
            return "This archive unpacks to more than 1 GB or nests archives. I stopped and kept nothing."
        case e.UnsafeXml():
            return "This XML defines entities, which an export never needs. I refused it."
        case e.DownloadRefused() | e.UploadRefused():
            return transfer_sentence(error)
    return dataset_sentence(error)


def dataset_sentence(error: e.DataError) -> str:
    """About the texts together, once their files were read."""
    match error:
        case e.NothingLeft():
            closest = (
                f" Closest miss: {error.closest_count} posts by “{quoted(error.closest_author)}”."
                if error.closest_author
                else ""
            )
            total = f"All {error.documents_read:,} items were filtered out."
            return f"{total}{closest} Change the filters and I read them again."
        case e.FiguresWithoutPages():
            return (
                f"`{quoted(error.name)}` has figures, but not of which pages, so they fit no text. Nothing was added. "
                "Export the table of pages (Search Console: Pages; Analytics: Pages and screens) and drop it here."
            )
        case e.SameFile():
            return f"I already read this exact file on {day(error.read_at)} ({error.documents:,} texts). Nothing added."
    return round_sentence(error)


def round_sentence(error: e.DataError) -> str:
    """About what the texts are to become."""
    match error:
        case e.RoundLocked():
            return (
                f"Round {error.number} of *{quoted(error.handle)}* was approved, so it no longer changes. "
                f"`/voice data {quoted(error.handle)}` opens the next round with the same texts; change them there."
            )
        case e.UnresolvedBlocker():
            return blocker_sentence(error)
        case e.TooFewExamples():
            return (
                f"{error.examples} texts are left; training needs at least {error.needed}. "
                "Add texts in the dataset thread and ask again."
            )
    return standing_sentence(error)


def standing_sentence(error: e.DataError) -> str:
    """About what is not there yet."""
    match error:
        case e.TextsNotReady():
            handle = quoted(error.handle)
            if error.reason == "none":
                return f"There are no texts yet. `/voice data {handle}` opens the dataset thread; drop files there."
            return "I'm still working the last change into the texts. Ask again when the dataset card has settled."
        case e.NothingToCompare():
            return "There is no earlier version of these texts to compare with yet. After the next change there is one."
    raise TypeError(type(error))


def blocker_sentence(error: e.UnresolvedBlocker) -> str:
    if error.rules == (PRIVATE_ONLY,):
        return (
            "These texts keep personal data for private training only, so no other server may see them. "
            "Choose your own server, or undo that choice in the dataset thread and mask the data."
        )
    rules = ", ".join(name for rule, name in NAMES.items() if rule in error.rules)
    return (
        f"Some problems in the texts are still open ({escape(rules)}). Paying now would teach them to the "
        "model. Press a fix for each in the dataset thread, then ask again."
    )


def transfer_sentence(error: e.DownloadRefused | e.UploadRefused) -> str:
    if isinstance(error, e.UploadRefused):
        return (
            f"Slack didn't take the pictures ({escape(error.code)}); the same numbers stand in the cleaning report. "
            "Ask an admin whether I have `files:write`, then press *Pictures* again."
        )
    if error.status == 0:
        return (
            "Slack broke off while sending me that file, three times. Nothing was added; I'll try again if you "
            "drop it here once more."
        )
    return (
        f"Slack wouldn't give me that file ({error.status}). I may lack `files:read`, or the file belongs to "
        "another workspace. Ask an admin to check; I'll retry if you drop it again."
    )


def unreadable(where: str) -> str:
    """where: a place, or the reader's own word for what stands in the way."""
    match where:
        case "encrypted":
            return "it is protected with a password. Nothing was added; save it without one and drop it here again."
        case "no text in it":
            return "it holds pictures of pages but no text. Nothing was added; export the text itself and drop it here."
        case "too many parts":
            return "it has more parts inside than a text ever needs. Nothing was added; export it as .docx or .txt."
    place = f" at {escape(where)}" if where else ""
    return (
        f"it stops making sense{place}, as if it was cut off or isn't what its name says. "
        "Nothing was added; export it once more and drop it here again."
    )


def command_sentence(error: e.CommandError) -> str:
    match error:
        case e.UnknownVerb():
            hint = f" Did you mean `{quoted(error.nearest)}`?" if error.nearest else ""
            return f"I don't know `{quoted(error.verb)}`.{hint} `/voice help` lists what I can do."
        case e.UnknownVoice():
            hint = f" Did you mean `{quoted(error.nearest)}`?" if error.nearest else " `/voice list` shows the voices."
            return f"There's no voice `{quoted(error.handle)}`.{hint}"
        case e.BadHandle():
            return (
                f"`{quoted(error.handle)}` can't be a name. Use 2–31 small letters, digits or dashes, "
                "starting with a letter — for example `founder`."
            )
        case e.VoiceTaken():
            return (
                f"`{quoted(error.handle)}` already exists (steward {person(error.steward)}). "
                "Pick another name, or ask the steward to add you."
            )
        case e.MissingArgument():
            return f"I need a little more: `{escape(error.usage)}`."
        case e.NotInChannel():
            return (
                "I'm not in this channel. Type `/invite @Understudy`, then run the command again. Nothing was created."
            )
    return command_line_sentence(error)


def command_line_sentence(error: e.CommandError) -> str:
    match error:
        case e.WhichTeam():
            teams = ", ".join(quoted(team) for team in error.teams) or "none yet"
            return f"Which workspace? Add `--team` with its id. There are: {teams}."
        case e.NoSuchFile():
            return f"There is no file `{quoted(error.name)}`. Nothing of that name was added."
    raise TypeError(type(error))


def rights_sentence(error: e.RightsError | e.ConsentError) -> str:
    match error:
        case e.NotSteward():
            return f"Only the steward ({person(error.steward)}) or an admin changes this dataset. Ask them to press it."
        case e.NotApprover():
            names = " and ".join(person(user) for user in error.approvers)
            return f"You aren't an approver for spend. {names or 'Nobody'} can approve. Your click wasn't counted."
        case e.OwnRequest():
            names = ", ".join(person(user) for user in error.approvers) or "an approver named by an admin"
            return f"You asked for this, so someone else must approve: {names}."
        case e.NotAllowedToDraft():
            return (
                f"{quoted(error.handle)} may be used by {channel(error.channel_id)} only. "
                f"Ask {person(error.owner)} or {person(error.steward)}."
            )
        case e.ConsentMissing():
            return (
                f"{person(error.owner)} hasn't agreed to *{quoted(error.handle)}* yet, so I send nothing to a training "
                "provider and write nothing in this voice. I asked in a direct message; remind them there."
            )
        case e.ConsentWithdrawn():
            who = person(error.owner)
            when, handle = moment(error.at), quoted(error.handle)
            return f"{who} ended consent on {when}. *{handle}* no longer collects, trains or writes."
        case e.NotTheOwner():
            return f"Only {person(error.owner)}, whose voice this is, can answer that. Nothing changed."
    return editor_sentence(error)


def editor_sentence(error: e.RightsError | e.ConsentError) -> str:
    """About who may look at the texts before they are paid for."""
    match error:
        case e.NotTheEditor():
            return f"I asked {person(error.editor)} to look at these texts, so only they can answer. Nothing changed."
        case e.CannotBeEditor():
            return (
                f"{person(error.user)} is a guest, a bot or no longer here, and can't check texts. "
                "Ask a member of this workspace. Nothing changed."
            )
    raise TypeError(type(error))


def spend_sentence(error: e.SpendError) -> str:
    match error:
        case e.NoPrice():
            return (
                f"I have no price for `{quoted(error.base)}` at {escape(error.provider)}. "
                "An operator can add it to the price table. I won't guess."
            )
        case e.BaseTooSmall():
            return (
                f"`{quoted(error.base)}` takes {error.context_tokens:,} tokens and the longest text has "
                f"{error.needed_tokens:,}, so its end would be cut off. Choose a bigger base, or split or leave out "
                "the long texts in the dataset thread."
            )
        case e.StalePrice():
            return (
                f"The price of `{quoted(error.base)}` is {error.age_days} days old. Treat the amount as a rough guess; "
                "approval is closed until someone confirms it in the price table."
            )
        case e.AlreadyDecided():
            who = f" by {person(error.by)}" if error.by else ""
            when = f" at {moment(error.at)}" if error.at else ""
            return f"Already {quoted(error.state)}{who}{when}. Nothing more was done or paid."
        case e.RequestVoid():
            return (
                f"The dataset changed after this request ({error.examples_then} → {error.examples_now} texts), so "
                f"approval no longer fits. I closed {quoted(error.label)}; ask again from the dataset thread."
            )
        case e.OverBudget():
            return (
                f"This would bring {quoted(error.month)} to {usd(error.would_be_microusd)} of "
                f"{usd(error.limit_microusd)}. It needs a raised budget; nothing was approved."
            )
        case e.NoApprover():
            return "None of the approvers is reachable. An admin must name one. The request waits."
    return gate_sentence(error)


def gate_sentence(error: e.SpendError) -> str:
    """About the rehearsal before paying; short enough to stand below a form's field."""
    match error:
        case e.NotRehearsed():
            return (
                "These texts haven't been rehearsed yet. I'm doing it now, free: "
                "try again when the report stands in the dataset thread."
            )
        case e.RehearsalRefused():
            found = "1 problem" if error.problems == 1 else f"{error.problems} problems"
            return (
                f"Rehearsal found {found}; paying now would waste the run. "
                "Press a fix in the dataset thread, or override its report there."
            )
        case e.TooFewToRehearse():
            return (
                f"{error.texts} texts are too few to rehearse ({error.needed} are needed). "
                "Add texts, use few-shot, or override the report in the dataset thread."
            )
        case e.NothingToOverride():
            return (
                "There is nothing to override here: the texts changed or passed meanwhile, or somebody was first. "
                "The newest report in the dataset thread stands."
            )
    raise TypeError(type(error))


def provider_sentence(error: e.ProviderError) -> str:
    name = escape(error.provider)
    match error:
        case e.ProviderUnavailable():
            return (
                f"I can't reach {name} right now. Nothing was charged that I know of; I'll look again before resending."
            )
        case e.ProviderBusy():
            return f"{name} is busy and took nothing. I try again shortly; you need do nothing."
        case e.ProviderRefused():
            return (
                f"{name} refused the request ({escape(error.code)}). Nothing was charged. The details are in the log."
            )
        case e.TrainingClosed():
            return (
                f"Your {name} organisation can't start fine-tunes any more. Cost so far: $0. "
                "The private server is available: ask again with it."
            )
        case e.SensitivityNotAllowed():
            return (
                f"This voice is marked {escape(error.sensitivity)}, and {name} may not see such texts. "
                "Nothing left this machine. Choose the private server."
            )
        case e.UnknownProvider():
            return f"No provider called `{name}` is set up here. `/voice cost` shows the ones that are."
    raise TypeError(type(error))


def draft_sentence(error: e.DraftError) -> str:
    match error:
        case e.VoiceNotReady():
            handle, state = quoted(error.handle), quoted(error.state)
            return f"{handle} isn't trained yet ({state}). `/voice show {handle}` says what is missing."
        case e.BriefMissing():
            return (
                "What should it be about? Topic, reader and length help, e.g. "
                f"`/voice draft {quoted(error.handle)} why we repair tools, for new members words=500`."
            )
        case e.NotADraft():
            return "There's no draft of mine there to work on. Reply in the thread of a draft."
        case e.SameText():
            return "Your version is the same text, so I counted it as 👍."
    raise TypeError(type(error))
