"""What the local classifier sees in the wording of a text, and that it claims no more."""

from __future__ import annotations

from typing import Any

import openai
import pytest
from openai import AsyncOpenAI

from modelserver.moderations import MODEL, found_in


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("We looked at the harbour again.", set()),
        ("This damned engine never starts.", set()),  # rude, but about nobody
        ("You are such an asshole", {"harassment"}),
        ("You’re all assholes, I said.", {"harassment"}),
        ("You are a gardener.", set()),
        ("I will kill you", {"harassment", "harassment/threatening", "violence"}),
        ("We're going to really hurt him.", {"harassment", "harassment/threatening", "violence"}),
        ("I will beat you at chess", set()),
        ("I'll shoot her a mail", {"harassment", "harassment/threatening", "violence"}),  # it knows no idioms
        ("I want to kill myself", {"self-harm", "self-harm/intent"}),
        ("She wrote about cutting myself, a song.", {"self-harm"}),
        ("I want to end this letter. Take my life as an example.", {"self-harm"}),  # nor figures of speech
    ],
)
def test_what_wording_says(text: str, found: set[str]) -> None:
    assert {name for name, seen in found_in(text).items() if seen} == found


async def test_each_text_gets_a_result_in_openais_shape(client: AsyncOpenAI) -> None:
    told = await client.moderations.create(input=["Hello", "I will kill you"], model=MODEL)
    assert told.model == MODEL and [one.flagged for one in told.results] == [False, True]
    second = told.results[1]
    assert second.categories.harassment_threatening and not second.categories.hate
    assert (second.category_scores.violence, second.category_scores.hate) == (1.0, 0.0)
    assert second.model_extra is not None and "hate" not in second.model_extra["looked_at"]
    assert not second.category_applied_input_types.hate and second.category_applied_input_types.violence == ["text"]


async def test_parts_are_one_text(client: AsyncOpenAI) -> None:
    parts: Any = [{"type": "text", "text": "I will "}, {"type": "text", "text": "kill you"}]
    told = await client.moderations.create(input=parts)
    assert [one.flagged for one in told.results] == [True]


async def test_no_answer_is_given_in_the_name_of_another_model(client: AsyncOpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as refused:
        await client.moderations.create(input="Hello", model="omni-moderation-latest")
    assert (refused.value.code, refused.value.param) == ("model_not_found", "model")


async def test_pictures_are_refused(client: AsyncOpenAI) -> None:
    picture: Any = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    with pytest.raises(openai.BadRequestError):
        await client.moderations.create(input=[picture])
