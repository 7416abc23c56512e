"""The sentences people read about what was found: what it is, why it harms, what was done about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.domain.documents import Choice, DocumentId, Rule
from pipeline.domain.prepared import Sample

SHOWN_PASSAGES: Final = 3


QUOTE_CHARS: Final = 90


@dataclass(frozen=True, slots=True)
class Passage:
    """Words met in several documents, and in how many: a repeated passage, a series' pattern, a shared prompt."""

    words: str
    documents: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a rule found over a whole set, before it is put into words.

    of_documents: how many documents the rule looked at. noun: what the set's documents are called, "post" or "text".
    passages: for rules that quote what they found, most frequent first. limit: tokens or words, for the length rules.
    kinds: what was found, "phone number", and how many, most first. longest: tokens of the longest row.
    left_over: how many documents an alternative fix cannot help. percent: of a text that stands in a draft, at most.
    """

    rule: Rule
    document_ids: tuple[DocumentId, ...]
    occurrences: int
    of_documents: int
    noun: str = "post"
    samples: tuple[Sample, ...] = ()
    passages: tuple[Passage, ...] = ()
    limit: int = 0
    kinds: tuple[tuple[str, int], ...] = ()
    longest: int = 0
    left_over: int = 0
    percent: int = 0

    @property
    def documents(self) -> str:
        return counted(len(self.document_ids), self.noun)


def sentence(evidence: Evidence, choice: Choice) -> str:
    """What was found and why it harms; once a fix is in force, what was done about it."""
    match choice:
        case "keep":
            return _found(evidence)
        case "signature" | "brackets":
            return _kept_in_part(evidence, choice)
        case "split":
            return _split_sentence(evidence)
        case "bigger-base":
            stay = _verb(evidence, "stays", "stay")
            return (
                f"*Too long.* {evidence.documents} over {evidence.limit:,} tokens {stay} whole. Only bases that take "
                f"the longest row, {evidence.longest:,} tokens, can be trained."
            )
        case "cap":
            return f"*My own drafts.* Of {evidence.documents}, only so many stay that they make up 15 % of the set."
        case "private-only":
            return f"{_head(evidence)} {_kinds(evidence)} stay in {evidence.documents}: for private training only."
        case "leave-out":
            return f"{_head(evidence)} {evidence.documents} left out."
        case _:
            return _done(evidence)


def _kept_in_part(e: Evidence, choice: Choice) -> str:
    if choice == "signature":
        return f"*A signature.* Kept in one {e.noun} of ten, taken out of the others: {_quotes(e)}."
    stands, it = ("stands", "it") if e.occurrences == 1 else ("stand", "them")
    notes = f"{counted(e.occurrences, 'note')} of {e.documents}"
    return f"*Footnotes.* {notes} {stands} in brackets where the text refers to {it}."


def _split_sentence(e: Evidence) -> str:
    split = len(e.document_ids) - e.left_over
    said = f"*Too long.* {counted(split, e.noun)} over {e.limit:,} tokens split at headings."
    return f"{said} {counted(e.left_over, e.noun)} without fitting headings left out." if e.left_over else said


def _head(evidence: Evidence) -> str:
    """The bold words that name a finding."""
    return _found(evidence).partition(".*")[0] + ".*"


def _found(e: Evidence) -> str:
    match e.rule:
        case "series":
            return _series_sentence(e)
        case "repeated-passage":
            return _repeated_sentence(e)
        case "imbalance" if e.limit:
            return f"*Few texts for each answer.* {_answers(e)}. About {e.limit} for each are the usual advice."
        case "identical-prompts":
            asked = f"“{shortened(e.passages[0].words, QUOTE_CHARS)}”" if e.passages else "the same words"
            return f"*The same request.* {e.documents} answer a request that others answer too, such as {asked}. " + (
                "A model asked twice for one thing learns to average the answers."
            )
        case _:
            return _harm(e)


def _done(e: Evidence) -> str:
    some, n = e.documents, e.occurrences
    has, are = _verb(e, "has", "have"), _verb(e, "is", "are")
    sentences: dict[Rule, str] = {
        "markup": f"*Formatting.* Web-page code taken out of {some}; headings, lists and paragraphs stay.",
        "shortcode": f"*Shortcodes.* {counted(n, 'shortcode')} taken out of {some}.",
        "footnote": f"*Footnotes.* {counted(n, 'note')} at the foot of {some} left out, with the signs that refer to "
        "them.",
        "code": f"*Code.* {counted(n, 'block')} of code left out of {some}; code inside a sentence stays.",
        "mostly-code": f"*Mostly code.* {some} left out.",
        "mojibake": f"*Garbled letters.* {counted(n, 'place')} repaired in {some}.",
        "empty": f"*Empty.* {some} {has} no words left after cleaning, so nothing to learn.",
        "secret": f"*Secrets.* {counted(n, 'place')} masked in {some}.",
        "email": f"*E-mail addresses.* {_kinds(e)} masked in {some}.",
        "personal-data": f"*Personal data.* {_kinds(e)} masked in {some}.",
        "own-draft": f"*My own drafts.* {some} left out.",
        "capitals": f"*In capitals.* {some} left out.",
        "broken-json": f"*Broken JSON.* {some} left out.",
        "label-conflict": f"*Two answers.* {some} left out.",
        "label-doubt": f"*Doubtful answers.* {some} left out.",
        "prompt-frame": f"*The same words around every request.* Taken out of {some}: {_quotes(e)}.",
        "label-spelling": f"*One answer, several spellings.* {some} now {has} the usual spelling.",
        "title-prompts": "*Titles only.* Half of the requests are now briefs.",
        "language": f"*Another language.* {some} left out.",
        "quotation": f"*Mostly quotation.* {some} left out.",
        "guest-post": f"*By somebody else.* {some} left out.",
        "link-list": f"*Lists of links.* {some} left out.",
        "stale": f"*Out of date.* {some} left out.",
        "bio": f"*About the author.* {counted(n, 'sentence')} taken out of {some}.",
        "call-to-action": f"*Calls to action.* {counted(n, 'sentence')} taken out of {some}.",
        "near-duplicate": f"*Nearly the same.* {some} left out; one of each stays.",
        "link": f"*Links.* {counted(n, 'web address')} taken out of {some}; the words stay.",
        "too-short": f"*Too short.* {some} under {e.limit:,} words left out.",
        "too-long": f"*Too long.* {some} over {e.limit:,} tokens {are} left out.",
    }
    match e.rule:
        case "series":
            return f"*A series.* {some} left out: {_patterns(e)}."
        case "repeated-passage":
            return f"*Said again and again.* Taken out of {some}: {_quotes(e)}."
        case _:
            return sentences.get(e.rule) or _found(e)


def _harm(e: Evidence) -> str:
    """What was found and why it harms, for rules that need nothing but numbers."""
    some, n = e.documents, e.occurrences
    them = _verb(e, "it", "them")
    has, repeats, are = _verb(e, "has", "have"), _verb(e, "repeats", "repeat"), _verb(e, "is", "are")
    sentences: dict[Rule, str] = {
        "markup": f"*Formatting.* {some} still {has} web-page code in the text. A model trained on it writes code "
        "between its sentences.",
        "shortcode": f"*Shortcodes.* {some} still {has} commands in [brackets] that only the website understands. "
        "A model learns to write them.",
        "footnote": f"*Footnotes.* {counted(n, 'note')} at the foot of {some} would read as stray sentences after the "
        "last one. A model learns to end in things that nobody asked about.",
        "code": f"*Code.* {counted(n, 'block')} of code in {some}. It has no voice, and a model learns to write it.",
        "mostly-code": f"*Mostly code.* {some} {are} more code than words. The sentences between listings say little "
        "without them.",
        "mojibake": f"*Garbled letters.* {counted(n, 'place')} in {some} were damaged by a wrong conversion, such as "
        "“Ã©” for “é”. A model learns the damage.",
        "secret": f"*Secrets.* {some} {has} what looks like a password or an access key ({counted(n, 'place')}). "
        "A model can give it to anyone who asks for a draft.",
        "email": f"*E-mail addresses.* {_personal(e)}",
        "personal-data": f"*Personal data.* {_personal(e)}",
        "own-draft": f"*My own drafts.* {some} {_verb(e, 'looks', 'look')} like my own drafts ({e.percent} % overlap). "
        "Training on them makes the voice fade.",
        "capitals": f"*In capitals.* {some} {are} largely written in capitals. A model learns to shout.",
        "language": f"*Another language.* {some} {are} in another language than the rest. Mixed in, that blurs the "
        "voice.",
        "quotation": f"*Mostly quotation.* {some} {are} mostly other people's words. That teaches their voice, not "
        "the writer's.",
        "guest-post": f"*By somebody else.* {some} {_verb(e, 'says', 'say')} that a guest wrote {them}. That teaches "
        "the guest's voice, not the writer's.",
        "link-list": f"*Lists of links.* {some} {_verb(e, 'is a list', 'are lists')} of links with little between "
        "them. A model learns other people's headlines and invents addresses for them.",
        "stale": f"*Out of date.* {some} {_verb(e, 'announces', 'announce')} something that was over soon after: an "
        "event, a deadline, a new version. A model announces it again.",
        "bio": f"*About the author.* {counted(n, 'sentence')} in {some} {_tell(n)} who the author is, as a stranger "
        "would. A model ends its drafts with such lines.",
        "call-to-action": f"*Calls to action.* {counted(n, 'sentence')} in {some} {_ask(n)} the reader to subscribe, "
        "follow, share or click. A model adds such lines to every draft.",
        "near-duplicate": f"*Nearly the same.* {some} {repeats} another {e.noun} almost word for word. A model learns "
        "such text by heart; one of each stays.",
        "link": f"*Links.* {counted(n, 'web address')} in {some}. Models trained on these invent links.",
        "too-short": f"*Too short.* {some} {has} fewer than {e.limit:,} words. That says little about the voice and "
        "teaches stopping early.",
        "too-long": f"*Too long.* {some} {are} over {e.limit:,} tokens. A provider cuts the end off, so the model "
        "never sees how a text closes.",
    }
    return sentences.get(e.rule) or _harm_of_set(e)


def _harm_of_set(e: Evidence) -> str:
    """The same for rules about a set of requests and answers rather than about texts."""
    some, are = e.documents, _verb(e, "is", "are")
    sentences: dict[Rule, str] = {
        "broken-json": f"*Broken JSON.* The answers of {some} {are} no valid JSON, unlike the others. A model learns "
        "to break it too.",
        "label-conflict": f"*Two answers.* {some} {_verb(e, 'asks', 'ask')} what another asks and "
        f"{_verb(e, 'gets', 'get')} a different answer. A model learns to guess.",
        "label-doubt": f"*Doubtful answers.* {some} {_verb(e, 'has', 'have')} another answer than most texts that "
        f"share {_verb(e, 'its', 'their')} rarer words. Some will be mistakes, and a model learns mistakes: look at "
        f"{_verb(e, 'it', 'them')} first.",
        "label-spelling": f"*One answer, several spellings.* {some} {_verb(e, 'spells', 'spell')} an answer in another "
        f"way than most: {_answers(e)}. A model takes them for different answers.",
        "prompt-frame": f"*The same words around every request.* All {some} begin or end with {_quotes(e)}. Without "
        "them rows are cheaper, and nobody has to type them to get an answer.",
        "imbalance": f"*Unbalanced answers.* {_answers(e)}. A model seldom gives an answer that it seldom saw. Add "
        "texts with those answers.",
        "title-prompts": f"*Titles only.* {some} {are} asked for by {_verb(e, 'its', 'their')} title alone. A model "
        "learns titles by heart and nothing about following a brief.",
        "coverage": f"*Coverage.* {'; '.join(kind for kind, _ in e.kinds)}. The voice is that of the times and ways of "
        "speaking it was trained on.",
    }
    return sentences[e.rule]


def _personal(e: Evidence) -> str:
    """Wording of product.md's clean.pii."""
    contain = _verb(e, "contains", "contain")
    return (
        f"{e.documents} {contain} what looks like personal data ({_kinds(e)}). "
        "Hosted training is blocked until you decide."
    )


def _answers(e: Evidence) -> str:
    shown = " · ".join(
        f"“{shortened(one.words, QUOTE_CHARS)}” {one.documents:,}" for one in e.passages[:SHOWN_PASSAGES]
    )
    return f"{shown}{_and_more(e.passages)}"


def _kinds(e: Evidence) -> str:
    return ", ".join(counted(number, kind) for kind, number in e.kinds) or counted(e.occurrences, "place")


def _series_sentence(e: Evidence) -> str:
    teach = "That teaches the template, not the writer."
    if len(e.passages) == 1:
        share = _verb(e, "shares", "share")
        are = _verb(e, "is", "are")
        return f"*A series.* {e.documents} {are} “{e.passages[0].words}” and {share} most of their skeleton. {teach}"
    return f"*Several series.* {e.documents} follow a pattern: {_patterns(e)}. {teach}"


def _patterns(e: Evidence) -> str:
    shown = ", ".join(f"“{passage.words}” ({passage.documents:,})" for passage in e.passages[:SHOWN_PASSAGES])
    return f"{shown}{_and_more(e.passages)}"


def _repeated_sentence(e: Evidence) -> str:
    often = any(2 * passage.documents > e.of_documents for passage in e.passages[:SHOWN_PASSAGES])
    head = f"*Said in almost every {e.noun}.*" if often else "*Said again and again.*"
    return f"{head} {_quotes(e)}. A model says such words in every draft."


def _quotes(e: Evidence) -> str:
    shown = "; ".join(
        f"“{shortened(passage.words, QUOTE_CHARS)}” — in {passage.documents:,} of {e.of_documents:,}"
        for passage in sorted(e.passages, key=lambda one: -one.documents)[:SHOWN_PASSAGES]
    )
    return f"{shown}{_and_more(e.passages)}"


def _and_more(passages: Sequence[Passage]) -> str:
    hidden = len(passages) - SHOWN_PASSAGES
    return f"; and {hidden:,} more" if hidden > 0 else ""


def _verb(evidence: Evidence, one: str, several: str) -> str:
    return one if len(evidence.document_ids) == 1 else several


def _tell(sentences: int) -> str:
    return "tells" if sentences == 1 else "tell"


def _ask(sentences: int) -> str:
    return "asks" if sentences == 1 else "ask"


def counted(number: int, noun: str) -> str:
    """ "1 post", "1,204 posts"."""
    if number == 1:
        return f"1 {noun}"
    plural = noun + ("es" if noun.endswith(("ss", "s", "x")) else "s")
    return f"{number:,} {plural}"


def shortened(text: str, size_chars: int) -> str:
    """One line of at most size_chars characters, cut between words."""
    line = " ".join(text.split())
    if len(line) <= size_chars:
        return line
    cut = line[: size_chars - 1]
    return cut[: cut.rfind(" ")].rstrip(" ,;:–—-") + "…" if " " in cut else cut + "…"
