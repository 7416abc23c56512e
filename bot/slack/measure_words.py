"""What an evaluation measured, in words: for the thread of a new version and for the board."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.slack.mrkdwn import escape

OTHERS = {"few-shot": "plain model + posts", "plain": "plain model"}


def right_words(told: Mapping[str, Any]) -> Iterator[str]:
    """How right the answers are; nothing for voices that write posts, and where it was not measured yet."""
    right = told.get("right") or {}
    by = right.get("by", {})
    if "voice" not in by:
        return
    requests = right["requests"]
    beside = "; ".join(f"{name}: {figures(by[who])}" for who, name in OTHERS.items() if who in by)
    asked = f"{requests} request{'s' * (requests != 1)} with a known answer"
    yield f"On {asked}: *{figures(by['voice'])}*" + (f" ({beside})" if beside else "") + "."


def figures(metrics: list[dict[str, Any]]) -> str:
    return ", ".join(f"{escape(one['name'])} {one['value']:.2f}" for one in metrics)


def loss_words(told: Mapping[str, Any]) -> str:
    """Empty where the provider told none."""
    if told.get("loss") is None:
        return ""
    of = "held-out texts" if told["loss_is_held_out"] else "the training texts"
    perplexity = f", perplexity {told['perplexity']:.1f}" if told.get("perplexity") is not None else ""
    return f"loss {told['loss']:.2f} on {of}{perplexity}"


def pace_words(middle_s: float, target_s: int | None) -> str:
    """target_s: None where nobody had set one yet."""
    if target_s is None:
        return f"{middle_s:.0f} s per draft"
    return f"{middle_s:.0f} s per draft (target {target_s}) {'✅' if middle_s <= target_s else '⚠️'}"
