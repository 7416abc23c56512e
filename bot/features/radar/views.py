"""The warning that a base will be turned off."""

from bot.features.radar.usecase import ENDS
from bot.slack.message import Facts, Message, plain
from bot.slack.mrkdwn import quoted
from bot.slack.offer_words import day_words


def ends(facts: Facts) -> Message:
    handle = quoted(facts["handle"])
    versions = " and ".join(f"v{version}" for version in facts["versions"])
    stop = "stops" if len(facts["versions"]) == 1 else "stop"
    on = day_words(facts["on"])
    return plain(
        f"📡 *{handle}*: {quoted(facts['provider'])} turns off {quoted(facts['base'])} on {on}. From that day {handle} "
        f"{versions} {stop} writing; your texts, feedback and drafts stay here and are safe.\n"
        f"Now: `/voice cost {handle}` shows where it can be trained again and for how much. Train it before that day, "
        "so that the old and the new one can meet in a duel and nobody waits for drafts."
    )


TEMPLATES = {ENDS: ends}
