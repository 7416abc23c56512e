"""Failures of the ways in that do not pass through Slack; facts only.

WayError
├── OriginsForbidden          the policy lets none of the texts in
├── LinkError                 an upload link cannot be used
│   ├── LinkNotOurs, LinkExpired, LinkUsedUp, TooManyRequests
│   ├── NoRoomLeft, UploadGone, OffsetMismatch, UploadBusy
└── PullError                 a site's posts cannot be fetched
    ├── NotAnAddress, PrivateAddress, SiteUnreachable, SiteRefused
    ├── RobotsForbid, NoPostsFound, SiteTooBig
"""

from datetime import datetime

from pipeline.domain.voices import Origin
from pipeline.errors.texts import DataError


class WayError(DataError):
    """A text cannot come in."""


class OriginsForbidden(WayError):
    """origins: of the texts that are there; allowed: what the policy lets into a training file."""

    def __init__(self, documents: int, origins: tuple[Origin, ...], allowed: tuple[Origin, ...]) -> None:
        super().__init__(documents, origins, allowed)
        self.documents = documents
        self.origins = origins
        self.allowed = allowed


class LinkError(WayError):
    """An upload link cannot be used, or not like this."""


class LinkNotOurs(LinkError):
    """Not signed by us: cut off when it was copied, changed, or signed with an older secret."""


class LinkExpired(LinkError):
    def __init__(self, at: datetime) -> None:
        super().__init__(at)
        self.at = at


class LinkUsedUp(LinkError):
    def __init__(self, files: int) -> None:
        super().__init__(files)
        self.files = files


class TooManyRequests(LinkError):
    """More pieces in a second than one link may send."""


class NoRoomLeft(LinkError):
    """The disk for unfinished uploads has no room for this file."""


class UploadGone(LinkError):
    """No such upload by this link: it was swept away, or never begun."""


class OffsetMismatch(LinkError):
    """A piece does not go on where the last one ended."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


class UploadBusy(LinkError):
    """Another tab is sending this very upload."""


class PullError(WayError):
    """A site's posts cannot be fetched. host: as it was typed."""

    def __init__(self, host: str) -> None:
        super().__init__(host)
        self.host = host


class NotAnAddress(PullError):
    """Not http or https, or with a password in it, or another port than a web site's."""


class PrivateAddress(PullError):
    """It leads to an address inside a network, of this machine, or of nobody."""


class SiteUnreachable(PullError):
    """No connection, no name, no answer in time, or a broken one; may pass."""


class SiteRefused(PullError):
    def __init__(self, host: str, status: int) -> None:
        super().__init__(host)
        self.status = status


class RobotsForbid(PullError):
    """Its robots.txt keeps us out, or cannot be read."""


class NoPostsFound(PullError):
    """Neither WordPress' interface nor a feed."""


class SiteTooBig(PullError):
    """More pages or bytes than the limits, or an answer that unpacks to too much."""
