"""The weekly digest as a message."""

from typing import Final

from bot.features.digest.usecase import DIGEST
from bot.slack.measure_words import pace_words
from bot.slack.message import Facts, Message, context, section
from bot.slack.mrkdwn import day, person, quoted, usd

OFF: Final = "Every Monday; `/voice settings {handle} digest=no` ends it."


def week(facts: Facts) -> Message:
    handle = quoted(facts["handle"])
    head = f"🗓️ *{handle}*, the week until {day(facts['until'])}"
    lines = [head, " · ".join(figures(facts))]
    lines += [f"⚠️ {one[0].upper()}{one[1:]}." for one in facts["alarms"]]
    if facts["alarms"]:
        lines.append(
            f"{person(facts['steward'])}: `/voice board {handle}` compares the versions; `/voice round {handle}` shows "
            "what the feedback would teach the next one."
        )
    blocks = (section("\n".join(lines)), context(OFF.format(handle=handle)))
    return Message(text=f"{handle}: {facts['asked']} drafts in the week until {day(facts['until'])}", blocks=blocks)


def figures(facts: Facts) -> list[str]:
    asked, judged = facts["asked"], facts["judged"]
    said = [f"{asked:,} draft{'s' * (asked != 1)} for {usd(facts['cost_microusd'])}"]
    said.append(f"accepted {facts['accepted']} of {judged} judged" if judged else "none judged: a 👍 or 👎 teaches it")
    if facts["edited"] is not None:
        said.append(f"corrections change {facts['edited']:.0%} of the words".replace("%", " %"))
    return [*said, pace_words(facts["middle_s"], facts["target_s"])]


TEMPLATES = {DIGEST: week}
