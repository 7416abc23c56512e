"""What is doubtful about a brief before a model is asked (pure): too vague, not what the voice learned, or orders."""

import re
import unicodedata
from typing import Final

from pipeline.domain.drafting import Doubt
from pipeline.domain.voices import Purpose

MIN_TELLING_WORDS: Final = 2
# Words that say nothing about a topic: of grammar, of asking, and placeholders for one.
_EMPTY_WORDS: Final = frozenset(
    {"a", "about", "again", "all", "also", "am", "an", "and", "any", "anything", "are", "article", "as"}
    | {"at", "be", "best", "blog", "but", "by", "can", "cool", "could", "do", "does", "draft", "for", "from"}
    | {"general", "get", "gist", "give", "good", "great", "had", "has", "have", "he", "her", "here", "him"}
    | {"his", "how", "i", "idea", "ideas", "if", "in", "interesting", "into", "is", "it", "its", "just"}
    | {"kind", "know", "let", "like", "long", "make", "maybe", "me", "more", "my", "need", "nice", "no", "not"}
    | {"now", "of", "on", "one", "or", "our", "out", "over", "piece", "please", "post", "quick", "random"}
    | {"say", "see", "she", "short", "should", "so", "some", "somebody", "something", "sort", "stuff", "such"}
    | {"take", "tell", "text", "that", "the", "their", "them", "then", "there", "these", "they", "thing"}
    | {"things", "this", "those", "to", "topic", "try", "up", "us", "usual", "very", "want", "was", "we"}
    | {"well", "were", "what", "whatever", "when", "where", "which", "who", "why", "will", "with", "would"}
    | {"write", "you", "your"}
)
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
# How a request for other work begins. A title may be a question ("Why do we repair?"), so questions need more.
_ASKS: Final[dict[Purpose, re.Pattern[str]]] = {
    "summarization": re.compile(r"(?:please )?(?:summari[sz]e|sum up|tl;?dr|condense)\b"),
    "classification": re.compile(
        r"(?:please )?(?:classify|categori[sz]e|label|tag|sort) (?:this|these|the following)\b"
    ),
    "extraction": re.compile(r"(?:please )?(?:extract|pull out|list all|find all)\b"),
    "rewriting": re.compile(
        r"(?:please )?(?:rewrite|rephrase|proofread|translate|correct) (?:this|these|the following|my)\b"
    ),
    "question answering": re.compile(
        r"(?:please )?(?:answer\b|(?:how (?:many|much|old|long ago)|who (?:is|was|are|were|owns|signed)|"
        r"when (?:is|was|did|does)|which of (?:our|the)|what (?:is|was|are|were) (?:our|the|their|his|her)|"
        r"is it true|did (?:we|they|he|she)|do we have)\b[^?]*\?)"
    ),
    "generation": re.compile(r"(?:please )?(?:write|draft|compose)\b.{0,40}\b(?:post|article|blog|essay|newsletter)\b"),
}
# Sources: OWASP LLM01:2025 and the usual ways in which prompts are attacked. What such words can do here is little: a
# model's text is never a command, and copied passages are looked for; they are told so that nobody wonders.
_ORDERS: Final = re.compile(
    r"(?:ignore|disregard|forget|override)\b.{0,30}\b(?:previous|prior|above|earlier|all|your|these|the)\b.{0,20}"
    r"\b(?:instruction|prompt|rule|message|context)s?"
    r"|(?:reveal|print|show|repeat|output|leak)\b.{0,30}\b(?:system prompt|your (?:prompt|instructions)|verbatim|"
    r"training (?:data|texts?|posts?|examples?))"
    r"|you are (?:now|no longer)\b|(?:pretend|act) (?:to be|as if you|as an? (?:ai|admin|root|system))"
    r"|(?:^|\n)\s*(?:system|assistant|user)\s*:|<\|[a-z_]+\|>|\[/?inst\]|developer mode|jailbreak",
    re.IGNORECASE,
)


def doubt_of(brief: str, purpose: Purpose) -> Doubt | None:
    """The first thing to ask back about; None for most briefs."""
    if orders_in(brief):
        return "orders"
    asked = purpose_asked(brief)
    if asked is not None and asked != purpose:
        return "off_purpose"
    # Elsewhere the brief is the text to work on, however short it is.
    is_vague = purpose == "generation" and telling_words(brief) < MIN_TELLING_WORDS
    return "vague" if is_vague else None


def telling_words(brief: str) -> int:
    """Different words that say something about a topic; a number or a name does."""
    words = {word.casefold() for word in _WORD.findall(unicodedata.normalize("NFKC", brief))}
    return len(words - _EMPTY_WORDS) if _spaced(brief) else MIN_TELLING_WORDS


def purpose_asked(brief: str) -> Purpose | None:
    """What kind of work the brief's first words ask for, when they say so."""
    said = " ".join(brief.casefold().split())
    return next((purpose for purpose, pattern in _ASKS.items() if pattern.match(said)), None)


def orders_in(text: str) -> str | None:
    """Words that speak to the model rather than about a topic: the part that does."""
    found = _ORDERS.search(text)
    return " ".join(found[0].split()) if found else None


def _spaced(brief: str) -> bool:
    """Chinese, Japanese and Thai are written without blanks: their words cannot be counted like this."""
    return not any(unicodedata.name(sign, "").startswith(("CJK", "HIRAGANA", "KATAKANA", "THAI")) for sign in brief)
