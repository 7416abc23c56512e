"""What is said when an export cannot be imported."""

from bot.slack.mrkdwn import quoted
from pipeline import errors as e


def export_sentence(error: e.ExportError) -> str:
    match error:
        case e.NotAnExport():
            return (
                f"`{quoted(error.name)}` isn't an export of a voice: `/voice export` and `understudy export` make "
                "them. Nothing was imported."
            )
        case e.DamagedExport():
            return (
                f"`{quoted(error.name)}` isn't as it was when it was made: `{quoted(error.where)}` differs from its "
                "manifest. Nothing was imported; get the file once more, or make a new export."
            )
        case e.ExportTooBig():
            return (
                f"`{quoted(error.name)}` unpacks to far more than a voice has, so I stopped. Nothing was imported; "
                "make a new export."
            )
        case e.NewerExport():
            return (
                f"`{quoted(error.name)}` was made by a later version of Understudy. Nothing was imported; bring this "
                "one up to date first."
            )
        case e.VoiceIsHere():
            return (
                f"There is a voice `{quoted(error.handle)}` here already, or another one with the same training runs. "
                "Nothing was imported. `--as NAME` brings it in under another name, unless its runs are here too."
            )
    raise TypeError(type(error))
