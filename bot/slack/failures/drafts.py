"""What is said when nothing can be drafted."""

from typing import Final

from bot.slack.failures.duels import duel_sentence
from bot.slack.mrkdwn import escape, moment, person, quoted, shortened
from pipeline import errors as e

SAID_CHARS: Final = 120
LEARNED: Final = {
    "generation": "write posts",
    "extraction": "pull facts out of texts",
    "summarization": "sum texts up",
    "rewriting": "rewrite texts",
    "classification": "sort texts",
    "question answering": "answer questions",
}


def draft_sentence(error: e.DraftError | e.DuelError) -> str:
    match error:
        case e.DuelError():
            return duel_sentence(error)
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
        case e.NoFeedback():
            handle = quoted(error.handle)
            return f"No feedback on {handle} can be trained on yet. `/voice round {handle}` says why."
        case e.SameText():
            return "Your version is the same text, so I counted it as 👍."
    return unwritten_sentence(error)


def unwritten_sentence(error: e.DraftError) -> str:
    match error:
        case e.BriefDoubtful():
            return doubt_sentence(error)
        case e.AlreadyAnswered():
            label = quoted(error.label)
            where = f"{label} ({escape(error.address)})" if error.address else label
            by, at = person(error.by), moment(error.at)
            return f"{where} answers this brief already, for {by} on {at}. Nothing was paid."
        case e.VoicePaused():
            by, at, handle = person(error.by), moment(error.at), quoted(error.handle)
            return f"{by} paused {handle} on {at}. Drafts are closed until `/voice resume {handle}`."
        case e.DraftLimit():
            at = moment(error.resets_at)
            return f"You've had {error.limit} drafts today, the limit for members. It resets on {at}."
        case e.DraftCopied():
            return (
                f"I threw this draft away: {error.words} words in a row came from “{quoted(error.title)}”. "
                "Another try was no better."
            )
    raise TypeError(type(error))


def doubt_sentence(error: e.BriefDoubtful) -> str:
    handle, said = quoted(error.handle), quoted(shortened(error.said, SAID_CHARS))
    match error:
        case e.VagueBrief():
            return (
                f"“{said}” leaves a lot open. Topic, reader and length help, e.g. "
                f"`/voice draft {handle} why we repair tools, for new members words=600`."
            )
        case e.OffPurpose():
            learned = LEARNED.get(error.purpose, quoted(error.purpose))
            return f"{handle} was made to {learned}; “{said}” asks for something else, which isn't what it learned."
        case e.OrdersInBrief():
            return (
                f"“{said}” speaks to the model rather than about a topic. I only write texts: orders in a brief change "
                "nothing here. If it is what you want to write about, go on."
            )
    raise TypeError(type(error))
