"""The built-in engine's base with examples in the request: it writes like them, for this one answer."""

from typing import Any

from openai import AsyncOpenAI

from tests.modelserver.providers import Provider

POSTS = [
    "We waxed the runners and slid the drawer home. The drawer had stuck since the autumn rains.",
    "We planed the drawer by hand. The runners were swollen, and the rain had found the drawer first.",
    "The drawer came home in the evening. We waxed it, we planed it, and the runners forgave us.",
]
WORDS = {word.strip(".,") for post in POSTS for word in post.lower().split()}
ASKED: Any = {"role": "user", "content": "Write about the drawer"}


def few_shot() -> Any:
    shots = [
        [{"role": "user", "content": f"Note {n}"}, {"role": "assistant", "content": p}] for n, p in enumerate(POSTS)
    ]
    return [*(turn for shot in shots for turn in shot), ASKED]


async def written(client: AsyncOpenAI, provider: Provider, messages: Any) -> str:
    answer = await client.chat.completions.create(
        model=provider.base, messages=messages, seed=7, max_completion_tokens=60
    )
    return answer.choices[0].message.content or ""


def like_the_posts(text: str) -> float:
    said = [word.strip(".,") for word in text.lower().split()]
    return sum(word in WORDS for word in said) / len(said)


async def test_examples_in_the_request_are_written_like(client: AsyncOpenAI, provider: Provider) -> None:
    assert like_the_posts(await written(client, provider, few_shot())) > 0.9
    assert like_the_posts(await written(client, provider, [ASKED])) < 0.7


async def test_nothing_is_remembered_for_the_next_request(client: AsyncOpenAI, provider: Provider) -> None:
    before = await written(client, provider, [ASKED])
    await written(client, provider, few_shot())
    assert await written(client, provider, [ASKED]) == before
