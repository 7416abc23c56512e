"""What was typed, who may do it, and whether the owner agreed."""

from datetime import datetime

from pipeline.errors.base import AppError


class CommandError(AppError):
    """What was typed cannot be done."""


class UnknownVerb(CommandError):
    def __init__(self, verb: str, nearest: str | None) -> None:
        super().__init__(verb, nearest)
        self.verb = verb
        self.nearest = nearest


class UnknownVoice(CommandError):
    def __init__(self, handle: str, nearest: str | None = None) -> None:
        super().__init__(handle, nearest)
        self.handle = handle
        self.nearest = nearest


class BadHandle(CommandError):
    def __init__(self, handle: str) -> None:
        super().__init__(handle)
        self.handle = handle


class VoiceTaken(CommandError):
    def __init__(self, handle: str, steward: str) -> None:
        super().__init__(handle, steward)
        self.handle = handle
        self.steward = steward


class MissingArgument(CommandError):
    """usage: the whole command as it should be typed."""

    def __init__(self, usage: str) -> None:
        super().__init__(usage)
        self.usage = usage


class WhichTeam(CommandError):
    """Several workspaces are in the database and none was named. teams: their ids."""

    def __init__(self, teams: tuple[str, ...]) -> None:
        super().__init__(teams)
        self.teams = teams


class NoSuchFile(CommandError):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class AlreadyForgotten(CommandError):
    """It was decided on before, or is none of this workspace."""


class NotInChannel(CommandError):
    """The bot is not a member of the channel the command was typed in."""


class RightsError(AppError):
    """This person may not do this."""


class NotSteward(RightsError):
    def __init__(self, steward: str) -> None:
        super().__init__(steward)
        self.steward = steward


class NotTheirs(RightsError):
    """Only the owner, the steward and admins may take a voice's data out, or have it forgotten."""

    def __init__(self, handle: str, owner: str, steward: str) -> None:
        super().__init__(handle, owner, steward)
        self.handle = handle
        self.owner = owner
        self.steward = steward


class NotApprover(RightsError):
    def __init__(self, approvers: tuple[str, ...]) -> None:
        super().__init__(approvers)
        self.approvers = approvers


class OwnRequest(RightsError):
    """emergency: whether they may approve it all the same, with a reason that everybody is told."""

    def __init__(self, approvers: tuple[str, ...], *, emergency: bool = False) -> None:
        super().__init__(approvers)
        self.approvers = approvers
        self.emergency = emergency


class NotAdmin(RightsError):
    def __init__(self, admins: tuple[str, ...]) -> None:
        super().__init__(admins)
        self.admins = admins


class CannotStandIn(RightsError):
    """why: self, nobody (a guest, a bot or somebody who left), or day (it is over)."""

    def __init__(self, user: str, why: str) -> None:
        super().__init__(user, why)
        self.user = user
        self.why = why


class NotAllowedToDraft(RightsError):
    def __init__(self, handle: str, channel_id: str, owner: str, steward: str) -> None:
        super().__init__(handle, channel_id, owner, steward)
        self.handle = handle
        self.channel_id = channel_id
        self.owner = owner
        self.steward = steward


class NotADrafter(RightsError):
    """drafters: Slack ids of the channels, user groups and people who may draft with this voice."""

    def __init__(self, handle: str, drafters: tuple[str, ...], owner: str, steward: str) -> None:
        super().__init__(handle, drafters, owner, steward)
        self.handle = handle
        self.drafters = drafters
        self.owner = owner
        self.steward = steward


class DraftersUnseen(RightsError):
    """unseen: channels and user groups whose members may draft, and whom Slack does not tell us."""

    def __init__(self, handle: str, unseen: tuple[str, ...], owner: str, steward: str) -> None:
        super().__init__(handle, unseen, owner, steward)
        self.handle = handle
        self.unseen = unseen
        self.owner = owner
        self.steward = steward


class CannotDraft(RightsError):
    """A guest, a bot or nobody who is here, named as somebody who may draft."""

    def __init__(self, user: str) -> None:
        super().__init__(user)
        self.user = user


class NotTheEditor(RightsError):
    """Somebody else was asked to look at these texts."""

    def __init__(self, editor: str) -> None:
        super().__init__(editor)
        self.editor = editor


class CannotBeEditor(RightsError):
    """A guest, a bot, or somebody who is not there any more."""

    def __init__(self, user: str) -> None:
        super().__init__(user)
        self.user = user


class ConsentError(AppError):
    """The owner's agreement is missing or gone."""


class ConsentMissing(ConsentError):
    def __init__(self, handle: str, owner: str) -> None:
        super().__init__(handle, owner)
        self.handle = handle
        self.owner = owner


class ConsentEnded(ConsentError):
    """By its date; the owner was asked again."""

    def __init__(self, handle: str, owner: str, at: datetime) -> None:
        super().__init__(handle, owner, at)
        self.handle = handle
        self.owner = owner
        self.at = at


class ConsentWithdrawn(ConsentError):
    def __init__(self, handle: str, owner: str, at: datetime) -> None:
        super().__init__(handle, owner, at)
        self.handle = handle
        self.owner = owner
        self.at = at


class NotAJudge(RightsError):
    """Somebody else was asked which text is the owner's."""


class NoJudge(RightsError):
    """The owner is not in this workspace, and nobody else was named."""


class OwnerIsOutside(ConsentError):
    """The owner is not in Slack; admins speak for them."""

    def __init__(self, owner: str, admins: tuple[str, ...]) -> None:
        super().__init__(owner, admins)
        self.owner = owner
        self.admins = admins


class OwnAttestation(ConsentError):
    """The steward wants the voice; an admin who does not must vouch for its owner."""

    def __init__(self, owner: str, admins: tuple[str, ...]) -> None:
        super().__init__(owner, admins)
        self.owner = owner
        self.admins = admins


class NotTheOwner(ConsentError):
    def __init__(self, owner: str) -> None:
        super().__init__(owner)
        self.owner = owner
