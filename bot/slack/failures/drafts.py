"""What is said when nothing can be drafted."""

from bot.slack.mrkdwn import quoted
from pipeline import errors as e


def draft_sentence(error: e.DraftError) -> str:
    match error:
        case e.VoiceNotTrained():
            handle, state = quoted(error.handle), quoted(error.state)
            return f"{handle} isn't trained yet ({state}). Want a few-shot draft instead?"
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
