"""What is said when a text cannot come in by an upload link or from a site, or may not train for where it is from."""

from bot.origin_words import origin_words
from bot.slack.failures.exports import export_sentence
from bot.slack.mrkdwn import moment, quoted
from pipeline.errors import ExportError
from pipeline.errors import ways as e

NEW_LINK = "`/voice data` in Slack gives you a new one."


def way_sentence(error: e.WayError) -> str:
    match error:
        case ExportError():
            return export_sentence(error)
        case e.LinkError():
            return link_sentence(error)
        case e.PullError():
            return pull_sentence(error)
        case e.OriginsForbidden():
            return (
                f"None of the {error.documents:,} texts may train: they came as {origin_words(error.origins)}, and the "
                f"policy here allows {origin_words(error.allowed) or 'nothing'}. Add them another way, or ask whoever "
                "runs me about the policy. Nothing was lost."
            )
    raise TypeError(type(error))


def link_sentence(error: e.LinkError) -> str:
    match error:
        case e.LinkNotOurs():
            return f"This link isn't complete or isn't one of mine. Copy it whole, or: {NEW_LINK}"
        case e.LinkExpired():
            return f"This link worked until {moment(error.at)}. {NEW_LINK} What arrived before is safe."
        case e.LinkUsedUp():
            return f"This link has taken its {error.files} files. {NEW_LINK}"
        case e.TooManyRequests():
            return "That is faster than I can take it in. Wait a second; the page goes on by itself."
    return piece_sentence(error)


def piece_sentence(error: e.LinkError) -> str:
    """About one file on its way in."""
    match error:
        case e.NoRoomLeft():
            return "My disk has no room for this file right now. Nothing was added; tell whoever runs me."
        case e.UploadGone():
            return "I no longer have the beginning of this file. Choose it again; it starts from the front."
        case e.OffsetMismatch():
            return f"I have {error.offset:,} bytes of this file already. The page goes on from there."
        case e.UploadBusy():
            return "This file is coming in from another tab already. Leave that one open; nothing is lost."
    raise TypeError(type(error))


def pull_sentence(error: e.PullError) -> str:
    host = quoted(error.host)
    match error:
        case e.NotAnAddress():
            return f"`{host}` isn't the address of a web site I can read. Type it like `https://example.org`."
        case e.PrivateAddress():
            return f"`{host}` leads inside a private network, so I don't go there. Nothing was fetched; drop a file."
        case e.SiteUnreachable():
            return f"`{host}` didn't answer, though I tried more than once. Nothing was added; try again later."
        case e.SiteRefused():
            return (
                f"`{host}` refused to give me its posts ({error.status}). Nothing was added; ask whoever runs it, "
                "or drop an export of it here."
            )
    return posts_sentence(error)


def posts_sentence(error: e.PullError) -> str:
    """About a site that answered."""
    host = quoted(error.host)
    match error:
        case e.RobotsForbid():
            return (
                f"`{host}` asks programs like me to stay away (robots.txt), so I did. Nothing was added; drop an "
                "export of it here instead."
            )
        case e.NoPostsFound():
            return (
                f"I found neither WordPress' posts nor a feed at `{host}`. Nothing was added; give me the address of "
                "its feed, or drop an export here."
            )
        case e.SiteTooBig():
            return (
                f"`{host}` sends more than I take from one site. I stopped and kept nothing; "
                "drop an export of it here, one year at a time."
            )
    raise TypeError(type(error))
