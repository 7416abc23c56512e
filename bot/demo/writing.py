"""Training is waited for; a draft is asked for, judged, rewritten (US5, US6)."""

import re
from collections.abc import Iterator
from typing import Final

from bot.demo.cast import Cast
from bot.demo.failures import LoopStopped
from bot.demo.feed import Happening
from bot.demo.money import stop_if_told
from pipeline.rewrites import change_kind, changed_share

TRAINING_S: Final = 180  # 200 posts train in about 20 s on two cores
DRAFT_S: Final = 60
TRAINED: Final = "is trained"
ENDINGS: Final = ("🛑", "failed", "Cancelled by", "Stopped before")
DRAFT_WORDS: Final = 250
UNDER_WAY: Final = ("is writing", "in front of yours")
OPENING: Final = "I had it the wrong way round for years, and nobody told me."
PARAGRAPH_END: Final = re.compile(r"\n\s*\n")
SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s+")
WORD: Final = re.compile(r"\S+")
DONT_USE: Final = "feedback.dont_use"
NOT_THIS_VOICE: Final = "feedback.reason.voice"


async def wait_for_model(cast: Cast, card: Happening, after: int) -> None:
    """Both notices: in the thread and in the steward's direct messages. Raises LoopStopped when the run failed."""

    def ended(one: Happening) -> bool:
        is_new = one.kind == "message" and one.by_bot and one.thread == card.ts
        return is_new and (TRAINED in one.text or any(word in one.text for word in ENDINGS))

    notice = await cast.feed.first("The end of the training run", ended, after=after, within_s=TRAINING_S)
    if TRAINED not in notice.text:
        raise LoopStopped(notice.text)

    def is_direct(one: Happening) -> bool:
        return one.is_post and one.channel.startswith("D") and TRAINED in one.text

    await cast.feed.first("The notice in the steward's direct messages", is_direct, after=after)


async def ask_for_draft(cast: Cast, brief: str) -> Happening:
    """The draft. Raises LoopStopped when the bot says why there is none."""
    after = await cast.asker.types(f"draft {cast.handle} {brief} words={DRAFT_WORDS}")

    def begun(one: Happening) -> bool:
        is_card = one.is_post and not one.thread and one.text.startswith("✍️")
        return is_card or (cast.asker.told(one) and not any(words in one.text for words in UNDER_WAY))

    card = await cast.feed.first("The card of the draft", begun, after=after)
    stop_if_told(card)

    def written(one: Happening) -> bool:
        return one.kind == "message" and one.by_bot and one.thread == card.ts

    draft = await cast.feed.first("The draft", written, after=after, within_s=DRAFT_S)
    if draft_words(draft) is None:
        raise LoopStopped(draft.text)
    return draft


def draft_words(draft: Happening) -> str | None:
    """The text a person would copy; None when the message is no draft."""
    texts = [str(block["text"]) for block in draft.blocks if block["type"] == "markdown"]
    if not texts:
        return None
    return texts[0].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


async def judge(cast: Cast, draft: Happening) -> None:
    """A thumb that stays, and one that is taken back."""
    await cast.owner.reacts(draft, "+1")
    after = await cast.editor.reacts(draft, "-1")
    await cast.feed.first("The question what is wrong with the draft", cast.editor.told, after=after)
    await cast.editor.unreacts(draft, "-1")
    await cast.settled()


async def disagree(cast: Cast, draft: Happening) -> None:
    """The owner would use it, the editor would not."""
    await cast.owner.reacts(draft, "+1")
    after = await cast.editor.reacts(draft, "-1")
    why = await cast.feed.first("The question what is wrong", cast.editor.told, after=after)
    await cast.editor.presses(why, NOT_THIS_VOICE)
    await cast.settled()


async def rewrite(cast: Cast, draft: Happening) -> str:
    """What the editor wrote."""
    words = draft_words(draft) or ""
    written = better(words)
    after = await cast.editor.replies(draft, f"fix: {written}")

    def answered(one: Happening) -> bool:
        return one.is_post and one.thread == draft.thread and one.button(DONT_USE) is not None

    await cast.feed.first("The answer to the editor's version", answered, after=after)
    return written


def better(draft: str) -> str:
    """A real edit: the first that is a correction; a draft of a few words gets another article."""
    tried = list(edits(draft.strip()))
    return next((edit for edit in tried if change_kind(changed_share(draft, edit)) == "correction"), tried[-1])


def edits(draft: str) -> Iterator[str]:
    """Another opening, in place of the first paragraph, sentence or fifth; then another first word."""
    paragraph, sentence = PARAGRAPH_END.search(draft), SENTENCE_END.search(draft)
    if paragraph:
        yield f"{OPENING}\n\n{draft[paragraph.end() :]}"
    if sentence:
        yield f"{OPENING} {draft[sentence.end() :]}"
    words = list(WORD.finditer(draft))
    yield f"{OPENING} {draft[words[len(words) // 5].start() :]}"
    yield f"Honestly, {draft[words[0].end() :].lstrip()}"
