"""What it costs to try a new version on held-out requests, beside its base with posts and without them (pure)."""

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Final, get_args

from pipeline.domain.baselines import HeldOut
from pipeline.domain.evaluations import Contender, Try
from pipeline.domain.paid import SENDS
from pipeline.domain.spending import Price, Range
from pipeline.estimate import NEAR_TOKENIZER_ERROR, Workload, draft_cost, few_shot_prompt_tokens
from pipeline.few_shot import PAIRS, PROMPT_TOKENS

CONTENDERS: Final[tuple[Contender, ...]] = get_args(Contender)
TOKENS_PER_WORD: Final = 1.6  # English prose is near 1.3; the rest is room to end the last paragraph
REQUEST_TOKENS: Final = 300  # the system line and a brief of four points
TRIAL_WORDS: Final = 700  # of a draft: at this length likeness means what it says
TRIAL_TOKENS: Final = math.ceil(TRIAL_WORDS * TOKENS_PER_WORD)
SHORT_ANSWER: Final = Fraction(1, 2)


def send_microusd(price: Price, *, has_posts: bool, answer_tokens: int) -> int:
    """The most that one text costs, counted with the worst tokenizer. has_posts: a full prompt of them."""
    posts = PROMPT_TOKENS if has_posts else 0
    prompt = math.ceil((posts + REQUEST_TOKENS) * (1 + NEAR_TOKENIZER_ERROR))
    return math.ceil(draft_cost(price, prompt_tokens=prompt, completion_tokens=answer_tokens))


def most_of_try(price: Price, contender: Contender) -> int:
    """Micro-dollars of one send."""
    return send_microusd(price, has_posts=contender == "few-shot", answer_tokens=TRIAL_TOKENS)


def most_of_request(price: Price) -> int:
    """Micro-dollars of one held-out request: every contender's draft, sent for as often as it may be."""
    return SENDS * sum(most_of_try(price, one) for one in CONTENDERS)


def trial_cost(work: Workload, price: Price) -> Range:
    """All contenders on all requests, by how long the owner's texts are. high: what is held before the first send."""
    answer = min(work.completion_tokens, TRIAL_TOKENS)
    prompts = {one: few_shot_prompt_tokens(work) if one == "few-shot" else work.prompt_tokens for one in CONTENDERS}

    def drafts(share: Fraction) -> Fraction:
        written = math.ceil(answer * share)
        each = (draft_cost(price, prompt_tokens=read, completion_tokens=written) for read in prompts.values())
        return PAIRS * sum(each, Fraction(0))

    high = PAIRS * most_of_request(price)
    return Range(
        low_microusd=min(high, int(drafts(SHORT_ANSWER))),
        expected_microusd=min(high, math.ceil(drafts(Fraction(1)))),
        high_microusd=high,
    )


def tries_for(held_out: Sequence[HeldOut], price: Price, left_microusd: int) -> tuple[Try, ...]:
    """All contenders write for the same requests: as many of these as the money is enough for at worst."""
    each = most_of_request(price)
    number = len(held_out) if each == 0 else min(len(held_out), max(0, left_microusd) // each)
    return tuple(
        Try(name, at, one.prompt, send_microusd=most_of_try(price, name))
        for name in CONTENDERS
        for at, one in enumerate(held_out[:number], start=1)
    )
