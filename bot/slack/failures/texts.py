"""What is said when texts cannot be taken in, cleaned or compared."""

from bot.slack.mrkdwn import day, escape, quoted
from pipeline import errors as e
from pipeline.domain.voices import PRIVATE_ONLY
from pipeline.rule_names import NAMES
from pipeline.wording import counted

MEGABYTE = 1024 * 1024


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
        case e.DownloadRefused() | e.UploadRefused() | e.TextsForgotten():
            return transfer_sentence(error)
    return dataset_sentence(error)


def dataset_sentence(error: e.DataError) -> str:
    """About the texts together, once their files were read."""
    match error:
        case e.NothingLeft():
            closest = (
                f" Closest miss: {counted(error.closest_count, 'post')} by “{quoted(error.closest_author)}”."
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
            left = "1 text is" if error.examples == 1 else f"{error.examples} texts are"
            return (
                f"{left} left; training needs at least {error.needed}. Add texts in the dataset thread and ask again."
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


def transfer_sentence(error: e.DownloadRefused | e.UploadRefused | e.TextsForgotten) -> str:
    if isinstance(error, e.TextsForgotten):
        return (
            "Something in these texts was forgotten at somebody's wish, so this version of them is gone. Open the "
            "newest round with `/voice data`; it has what is left."
        )
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
