"""What is said when a command is not understood, or somebody may not do that."""

from bot.slack.drafter_words import named
from bot.slack.mrkdwn import channel, day, escape, moment, person, quoted
from pipeline import errors as e
from pipeline.domain.voices import is_slack_user


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
        case e.AlreadyForgotten():
            return "That was decided already; the message above says what became of it. Nothing more was done."
        case e.NoSuchFile():
            return f"There is no file `{quoted(error.name)}`. Nothing of that name was added."
    raise TypeError(type(error))


def rights_sentence(error: e.RightsError | e.ConsentError) -> str:
    match error:
        case e.NotSteward():
            return (
                f"Only the steward ({person(error.steward)}) or the owner changes this dataset. Ask them to press it."
            )
        case e.NotApprover():
            names = " and ".join(person(user) for user in error.approvers)
            return f"You aren't an approver for spend. {names or 'Nobody'} can approve. Your click wasn't counted."
        case e.OwnRequest():
            names = ", ".join(person(user) for user in error.approvers) or "an approver named by an admin"
            return f"You asked for this, so someone else must approve: {names}."
        case e.NotAllowedToDraft() | e.NotADrafter() | e.DraftersUnseen() | e.CannotDraft():
            return drafter_sentence(error)
        case e.ConsentMissing():
            if not is_slack_user(error.owner):
                return (
                    f"Nobody has attested {quoted(error.owner)}'s consent to *{quoted(error.handle)}* yet, so I send "
                    "nothing to a training provider and write nothing in this voice. An admin can: *Attach…* in the "
                    "voice's thread."
                )
            return (
                f"{person(error.owner)} hasn't agreed to *{quoted(error.handle)}* yet, so I send nothing to a training "
                "provider and write nothing in this voice. I asked in a direct message; remind them there."
            )
        case e.ConsentWithdrawn():
            who = person(error.owner)
            when, handle = moment(error.at), quoted(error.handle)
            return f"{who} ended consent on {when}. *{handle}* no longer collects, trains or writes."
    return editor_sentence(error)


def drafter_sentence(error: e.NotAllowedToDraft | e.NotADrafter | e.DraftersUnseen | e.CannotDraft) -> str:
    match error:
        case e.CannotDraft():
            return (
                f"{person(error.user)} is a guest, a bot or nobody who is here, and can't draft. "
                "Name members, channels or user groups of this workspace. Nothing changed."
            )
        case e.NotAllowedToDraft():
            allowed = f"may be used by {channel(error.channel_id)} only"
        case e.NotADrafter():
            allowed = f"may be used by {named(error.drafters)} only"
        case e.DraftersUnseen():
            allowed = (
                f"may be used by members of {named(error.unseen)} only, and Slack doesn't tell me who that is. "
                "It does within five minutes of my being invited there"
            )
    return f"{quoted(error.handle)} {allowed}. Ask {person(error.owner)} or {person(error.steward)}."


def approver_sentence(error: e.NotAdmin | e.CannotStandIn) -> str:
    match error:
        case e.NotAdmin():
            names = ", ".join(person(user) for user in error.admins[:10]) or "whoever installed me"
            return f"Only an admin sets these rules: {names}. Nothing changed."
        case e.CannotStandIn(why="self"):
            return "Somebody else must stand in for you. Nothing changed."
        case e.CannotStandIn(why="day"):
            return "That day is over. Choose today or a later one. Nothing changed."
        case _:
            return (
                f"{person(error.user)} is a guest, a bot or no longer here, and can't stand in. "
                "Choose a member of this workspace. Nothing changed."
            )


def editor_sentence(error: e.RightsError | e.ConsentError) -> str:
    """About who may look at the texts, and decide about them."""
    match error:
        case e.NotTheirs():
            return (
                f"Only {person(error.owner)}, {person(error.steward)} or an admin decides about the data of "
                f"{quoted(error.handle)}. Nothing was sent or changed."
            )
        case e.NotAJudge():
            return "These two texts were sent to somebody else to judge. Nothing changed."
        case e.NoJudge():
            return "The owner isn't in this workspace, so name somebody who knows how they write."
        case e.NotTheEditor():
            return f"I asked {person(error.editor)} to look at these texts, so only they can answer. Nothing changed."
        case e.CannotBeEditor():
            return (
                f"{person(error.user)} is a guest, a bot or no longer here, and can't check texts. "
                "Ask a member of this workspace. Nothing changed."
            )
        case e.NotAdmin() | e.CannotStandIn():
            return approver_sentence(error)
        case e.NotTheOwner() | e.ConsentEnded() | e.OwnerIsOutside() | e.OwnAttestation():
            return owner_sentence(error)
    raise TypeError(type(error))


def owner_sentence(error: e.NotTheOwner | e.ConsentEnded | e.OwnerIsOutside | e.OwnAttestation) -> str:
    match error:
        case e.OwnerIsOutside():
            admins = ", ".join(person(user) for user in error.admins[:10]) or "there is none"
            return f"{quoted(error.owner)} isn't in Slack, so an admin speaks for them: {admins}. Nothing changed."
        case e.OwnAttestation():
            admins = ", ".join(person(user) for user in error.admins[:10])
            return (
                f"You look after this voice, so another admin must attest {quoted(error.owner)}'s consent: {admins}. "
                "Nothing changed."
            )
        case e.NotTheOwner():
            return f"Only {person(error.owner)}, whose voice this is, can answer that. Nothing changed."
        case e.ConsentEnded() if not is_slack_user(error.owner):
            return (
                f"{quoted(error.owner)}'s consent to *{quoted(error.handle)}* ended on {day(error.at)}. Until an admin "
                "attests it again, with *Attach…* in their direct messages with me, I draft, lock and train nothing in "
                "this voice."
            )
        case e.ConsentEnded():
            return (
                f"{person(error.owner)}'s consent to *{quoted(error.handle)}* ended on {day(error.at)}. I asked again; "
                "until they agree I draft, lock and train nothing in this voice."
            )
