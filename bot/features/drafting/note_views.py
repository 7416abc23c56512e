"""What is said under a draft about the draft: what was taken out, what to look at."""

from typing import Final

from bot.slack.message import Facts
from bot.slack.mrkdwn import quoted, shortened

REPEATED_CHARS: Final = 160
LENGTHS: Final = {"short": "much shorter", "long": "much longer"}


def draft_notes(facts: Facts) -> list[str]:
    return [*where_it_goes(facts), *taken_out(facts), *to_look_at(facts)]


def where_it_goes(facts: Facts) -> list[str]:
    notes = []
    if facts["is_long"]:
        notes.append(f"Too long for one message: this is the beginning, all of it is in {facts['label']}.md below.")
    if facts["continues"]:
        notes.append(f"Goes on from d-{facts['continues']:04d}.")
    return notes


def taken_out(facts: Facts) -> list[str]:
    notes, links, markup = [], facts["links"], facts["markup"]
    if links == 1:
        notes.append("The draft had 1 web link that doesn't exist. I removed it and marked the place ⟦link?⟧.")
    elif links:
        notes.append(f"The draft had {links} web links that don't exist. I removed them and marked the places ⟦link?⟧.")
    if markup:
        notes.append(f"I took {'1 piece' if markup == 1 else f'{markup:,} pieces'} of web markup out of it.")
    if facts["thrown_away"]:
        notes.append("A first try repeated one of the posts, so I threw it away; its price is in this one's.")
    return notes


def to_look_at(facts: Facts) -> list[str]:
    notes = []
    if facts["repeated"]:
        said = quoted(shortened(facts["repeated"][0], REPEATED_CHARS))
        more = f" and {len(facts['repeated']) - 1} more" if len(facts["repeated"]) > 1 else ""
        notes.append(
            f"“{said}”{more} also stands in {facts['in_posts']:,} of the {facts['posts']:,} posts it learned from: "
            "take it out unless you want it."
        )
    if facts.get("tone"):  # drafts that were said before this was looked at have none
        notes.append(f"Tone: {'; '.join(facts['tone'])}. Read it twice before you use it.")
    if facts["length_off"]:
        notes.append(f"You asked for {facts['asked_words']:,} words; it came out {LENGTHS[facts['length_off']]}.")
    if facts["cut"]:
        notes.append("The model stopped at its limit; the last paragraph may be cut.")
    return notes
