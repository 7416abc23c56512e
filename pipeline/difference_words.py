"""A difference between two datasets in sentences, the same for the thread and the terminal; plain text, not escaped."""

from collections.abc import Mapping
from typing import Any, Final

from pipeline.differences import ChoiceChange, Difference, FilterChange, Rewriting
from pipeline.domain.differences import Line, Piece, Sample
from pipeline.domain.documents import Choice, DocumentId, Rule
from pipeline.domain.origins import Version
from pipeline.findings import RULES
from pipeline.reasons import reason_words
from pipeline.rewrites import diff
from pipeline.rule_names import NAMES
from pipeline.wording import counted, shortened

TITLES_NAMED: Final = 3
TITLE_CHARS: Final = 80
AROUND_WORDS: Final = 12  # unchanged words shown before and after a change
SAMPLE_WORDS: Final = 120  # of one example in all
DIFF_CHARS: Final = 40_000  # of a text looked at: aligning words takes time and memory by their product
PRIVATE: Final[frozenset[Rule]] = frozenset(("secret", "email", "personal-data"))
# What a rule's fix does, "in 158 texts"; rules that leave texts out are told by reason instead.
DONE: Final[Mapping[Rule, str]] = {
    "markup": "Markup taken out of {n}",
    "shortcode": "Shortcodes taken out of {n}",
    "footnote": "Footnotes taken out of {n}",
    "code": "Code taken out of {n}",
    "mojibake": "Garbled letters repaired in {n}",
    "secret": "Secrets masked in {n}",
    "email": "E-mail addresses masked in {n}",
    "personal-data": "Personal data masked in {n}",
    "link": "Links taken out of {n}",
    "repeated-passage": "Repeated passages taken out of {n}",
    "bio": "Lines about the author taken out of {n}",
    "call-to-action": "Invitations taken out of {n}",
    "label-spelling": "Labels spelled as usual in {n}",
    "prompt-frame": "Shared words taken out of the prompts of {n}",
    "title-prompts": "Prompts worded as titles and briefs in {n}",
}
TAKEN_BACK: Final[Mapping[Rule, str]] = {
    "markup": "Markup put back into {n}",
    "shortcode": "Shortcodes put back into {n}",
    "footnote": "Footnotes put back into {n}",
    "code": "Code put back into {n}",
    "mojibake": "Garbled letters put back into {n}",
    "secret": "Secrets put back into {n}",
    "email": "E-mail addresses put back into {n}",
    "personal-data": "Personal data put back into {n}",
    "link": "Links put back into {n}",
    "repeated-passage": "Repeated passages put back into {n}",
    "bio": "Lines about the author put back into {n}",
    "call-to-action": "Invitations put back into {n}",
    "label-spelling": "Labels spelled as they were in {n}",
    "prompt-frame": "Shared words put back into the prompts of {n}",
    "title-prompts": "Prompts worded as they were in {n}",
}
FILTER_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "author": ("Author", "everybody"),
    "since": ("Not older than", "any day"),
    "until": ("Not newer than", "any day"),
    "statuses": ("Statuses", "any"),
    "kinds": ("Types", "any"),
    "exclude_titles": ("Titles left out", "none"),
    "best_percent": ("Best read, percent", "all"),
}
PROMPT_STYLES: Final[Mapping[str, str]] = {"mixed": "half titles, half briefs", "title": "titles", "brief": "briefs"}


def lines(difference: Difference, before: Version, after: Version) -> list[Line]:
    """What changed, most important first; the first line tells the size."""
    found = [Line(_size(difference))]
    if difference.same_rows:
        found.append(Line("The rows are the same: a model would be trained on exactly the same words."))
    found += [Line(_added(difference, after))] if difference.added else []
    found += [Line(_gone(difference, before))] if difference.gone else []
    found += [Line(f"{counted(len(difference.split), 'long text')} split at headings")] if difference.split else []
    found += [Line(f"{counted(len(difference.joined), 'long text')} whole again")] if difference.joined else []
    found += [_rewriting(one) for one in difference.rewritten]
    if difference.prompts:
        texts = counted(len(difference.prompts), "text")
        found.append(Line(f"The prompt of {texts} is worded differently; the text itself is the same."))
    told = {one.change for one in difference.rewritten}
    found += [_choice(change) for change in difference.choices if change not in told]
    found += [Line(_filter(change), "filters") for change in difference.filters]
    found += [Line(f"Left out by hand: {_title(key, before)}", f"excluded\n{key}") for key in difference.excluded]
    found += [
        Line(f"No longer left out by hand: {_title(key, after)}", f"excluded\n{key}") for key in difference.readmitted
    ]
    if difference.prompt_style:
        old, new = (PROMPT_STYLES[style] for style in difference.prompt_style)
        found.append(Line(f"Prompts: {old} → {new}"))
    found += _sources(difference)
    found.append(Line(_held_out(difference)))
    if difference.other_rules:
        found.append(Line("Another version of the program made it, whose rules may differ."))
    return found


def telling(difference: Difference, after: Version) -> list[DocumentId]:
    """Rewritten texts to show, those without secrets and personal data first."""
    rules = {fate.key: set(fate.rules) for fate in after.fates}
    return sorted(difference.all_rewritten, key=lambda key: bool(rules[key] & PRIVATE))


def sample(key: DocumentId, before: Version, after: Version) -> Sample:
    """One rewritten text, word by word."""
    old, new = before.texts[key].completion, after.texts[key].completion
    title = next((fate.title for fate in after.fates if fate.key == key), "")
    return Sample(title, _around_changes(diff(old[:DIFF_CHARS], new[:DIFF_CHARS])))


def _size(difference: Difference) -> str:
    old, new = difference.before, difference.after
    pairs = (("texts", old.texts, new.texts), ("tokens", old.tokens, new.tokens), ("words", old.words, new.words))
    return " · ".join(f"{a:,} {what}" if a == b else f"{a:,} → {b:,} {what}" for what, a, b in pairs)


def _added(difference: Difference, after: Version) -> str:
    reasons = [
        f"{number:,} left out before ({reason_words(reason)})" if reason else f"{number:,} new"
        for reason, number in difference.added_from.items()
    ]
    return f"{counted(len(difference.added), 'text')} added: {', '.join(reasons)}{_named(difference.added, after)}"


def _gone(difference: Difference, before: Version) -> str:
    reasons = [
        f"{number:,} {reason_words(reason)}" if reason else f"{number:,} no longer in the files"
        for reason, number in difference.gone_to.items()
    ]
    return f"{counted(len(difference.gone), 'text')} left out: {', '.join(reasons)}{_named(difference.gone, before)}"


def _named(keys: tuple[DocumentId, ...], version: Version) -> str:
    titles = [f"“{_title(key, version)}”" for key in keys[:TITLES_NAMED]]
    more = ", …" if len(keys) > TITLES_NAMED else ""
    return f" – {', '.join(titles)}{more}"


def _title(key: DocumentId, version: Version) -> str:
    title = next((fate.title for fate in version.fates if fate.key == key), "")
    return shortened(" ".join(title.split()) or key.replace("\n", ", "), TITLE_CHARS)


def _rewriting(one: Rewriting) -> Line:
    texts = counted(len(one.keys), "text")
    if one.change is None:
        return Line(f"{texts} reworded for other reasons, such as another version of the file.")
    rule, choice = one.change.rule, one.change.after
    if choice == "keep" and rule in TAKEN_BACK:
        return Line(TAKEN_BACK[rule].format(n=texts), rule)
    if choice == "fix" and rule in DONE:
        return Line(DONE[rule].format(n=texts), rule)
    return Line(f"{_choice(one.change).text}: {texts} rewritten", rule)


def _choice(change: ChoiceChange) -> Line:
    old, new = (_label(change.rule, choice) for choice in (change.before, change.after))
    return Line(f"{NAMES[change.rule]}: {old} → {new}", change.rule)


def _label(rule: Rule, choice: Choice) -> str:
    label = next((fix.label for fix in RULES[rule].fixes if fix.choice == choice), "keep")
    return f"“{label.replace(' {n}', '')}”" if label != "keep" else "kept"


def _filter(change: FilterChange) -> str:
    name, nothing = FILTER_NAMES.get(change.field, (change.field.replace("_", " ").capitalize(), "any"))
    return f"{name}: {_value(change.before, nothing)} → {_value(change.after, nothing)}"


def _value(value: Any, nothing: str) -> str:
    if isinstance(value, tuple | list):
        return ", ".join(str(one) for one in value) or nothing
    return nothing if value is None else str(value)


def _sources(difference: Difference) -> list[Line]:
    new, gone = ", ".join(difference.sources_added), ", ".join(difference.sources_gone)
    return [Line(f"{what}: {names}") for what, names in (("New files", new), ("Files taken out", gone)) if names]


def _held_out(difference: Difference) -> str:
    held = difference.held_out
    if held.same:
        return f"Held out to test the model: the same {counted(held.after, 'text')}."
    moved = [f"{held.to_training:,} moved to training"] if held.to_training else []
    moved += [f"{held.from_training:,} moved from training"] if held.from_training else []
    note = f" ({', '.join(moved)})" if moved else ""
    return f"Held out to test the model: {held.before:,} → {counted(held.after, 'text')}{note}."


def _around_changes(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    shown: list[Piece] = []
    left = SAMPLE_WORDS
    changes = [number for number, piece in enumerate(pieces) if piece.kind != "kept" and piece.text.strip()]
    for number, piece in enumerate(pieces):
        if left <= 0:
            break
        if piece.kind != "kept":
            words = piece.text.split(" ")
            shown.append(Piece(piece.kind, _cut(words, left)))
            left -= len(words)
        elif number + 1 in changes or number - 1 in changes:
            words = piece.text.split(" ")
            head = words[:AROUND_WORDS] if number - 1 in changes else []
            tail = words[-AROUND_WORDS:] if number + 1 in changes else []
            text = piece.text if len(words) <= 2 * AROUND_WORDS else " ".join([*head, "…", *tail])
            shown.append(Piece("kept", text))
            left -= len(head) + len(tail)
    return tuple(shown)


def _cut(words: list[str], most: int) -> str:
    return " ".join(words[:most]) + (" …" if len(words) > most else "")
