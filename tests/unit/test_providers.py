"""The configuration of providers, the shipped file included."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from pipeline.errors import NoPrice, SensitivityNotAllowed, UnknownProvider
from pipeline.models.prices import shipped_prices
from pipeline.models.providers import OPENAI_BASE_URL, BadProviders, ConfiguredProviders, read_providers
from pipeline.ports import Providers
from tests.fakes.openai_server import fake_openai

SHIPPED = Path(__file__).parents[2] / "providers.toml"
KEYS = {"private": SecretStr("key-p"), "openai": "key-o"}


@asynccontextmanager
async def configured(text: str | None = None, **more: Any) -> AsyncIterator[ConfiguredProviders]:
    options: dict[str, Any] = {
        "api_keys": KEYS,
        "price_of": shipped_prices().find,
        "request_timeout_s": 5.0,
    } | more
    providers = ConfiguredProviders(read_providers(text or SHIPPED.read_text("utf-8")), **options)
    try:
        yield providers
    finally:
        await providers.close()


def one(**fields: str) -> str:
    """A file with one provider; fields replace the good ones, "" leaves a field out."""
    good = {"name": '"private"', "bases": '[{ name = "small" }]', "sensitivities": '["public"]'}
    lines = [f"{name} = {value}" for name, value in (good | fields).items() if value]
    return "[[provider]]\n" + "\n".join(lines)


async def test_the_shipped_file_offers_the_private_server_first() -> None:
    async with configured() as providers:
        port: Providers = providers
        assert port.names_for("public") == ("private", "openai")
        assert port.names_for("internal") == ("private",)
        assert port.names_for("private") == ("private",)
        assert providers.offered_by("private") == ("understudy-ngram",)
        assert providers.offered_by("openai") == ("gpt-4.1-mini-2025-04-14", "gpt-4.1-2025-04-14")
        assert providers.facts("openai").base_url == OPENAI_BASE_URL


async def test_the_private_server_is_first_wherever_it_stands_in_the_file() -> None:
    blocks = SHIPPED.read_text("utf-8").split("[[provider]]")[1:]
    turned = "".join(f"[[provider]]{block}" for block in reversed(blocks))
    async with configured(turned) as providers:
        assert providers.names_for("public") == ("private", "openai")


@pytest.mark.parametrize("facts", read_providers(SHIPPED.read_text("utf-8")), ids=lambda facts: str(facts.name))
def test_every_shipped_base_has_a_price_and_the_same_last_day(facts: Any) -> None:
    for base in facts.bases:
        assert shipped_prices().find(facts.name, base.name).shutdown_on == base.shutdown_on


def test_openai_takes_its_last_job_on_the_day_before_it_closes() -> None:
    private, openai = read_providers(SHIPPED.read_text("utf-8"))
    assert openai.takes_new_jobs(date(2027, 1, 5))
    assert not openai.takes_new_jobs(date(2027, 1, 6))
    assert private.takes_new_jobs(date(2099, 1, 1))


async def test_a_provider_without_a_key_is_not_offered() -> None:
    async with configured(api_keys={"private": "key-p", "openai": SecretStr(" ")}) as providers:
        assert providers.names_for("public") == ("private",)
        assert providers.without_key == ("openai",)
        with pytest.raises(UnknownProvider):
            providers.training("openai")


@pytest.mark.parametrize(
    "ask",
    [lambda each: each.training("nobody"), lambda each: each.writing("nobody"), lambda each: each.offered_by("nobody")],
)
async def test_an_unknown_provider_is_named(ask: Callable[[ConfiguredProviders], object]) -> None:
    async with configured() as providers:
        with pytest.raises(UnknownProvider) as unknown:
            ask(providers)
    assert unknown.value.provider == "nobody"


async def test_an_address_handed_in_overrides_the_files() -> None:
    async with fake_openai() as fake, configured(base_urls={"openai": fake.base_url + "/"}) as providers:
        await providers.training("openai").upload(b"{}", filename="a.jsonl", sensitivity="public")
        with pytest.raises(SensitivityNotAllowed):
            await providers.training("openai").upload(b"{}", filename="b.jsonl", sensitivity="internal")
        assert [file["filename"] for file in fake.files.values()] == ["a.jsonl"]
        assert fake.requests[0].headers["Authorization"] == "Bearer key-o"


async def test_a_draft_is_priced_by_its_own_provider() -> None:
    async with fake_openai() as fake, configured(base_urls={"openai": fake.base_url}) as providers:
        ask: dict[str, Any] = {"system": "s", "brief": "b", "max_tokens": 9, "temperature": 1, "sensitivity": "public"}
        fake.usage = (100, 200)
        draft = await providers.writing("openai").write(model="ft:gpt-4.1-mini-2025-04-14:org::abc", **ask)
        assert draft.cost_microusd == 720  # 100 x $0.80 + 200 x $3.20, per million
        with pytest.raises(NoPrice):
            await providers.writing("openai").write(model="understudy-ngram", **ask)


@pytest.mark.parametrize(
    ("text", "where", "why"),
    [
        ("", "provider", "required"),
        ("provider = []", "provider", "at least 1"),
        ("[[provider", "", "Expected"),
        ("other = 1\n" + one(), "other", "not permitted"),
        (one(name=""), "provider.0.name", "required"),
        (one(name='"Open AI"'), "provider.0.name", "pattern"),
        (one(bases=""), "provider.0.bases", "required"),
        (one(bases="[]"), "provider.0.bases", "at least 1"),
        (one(bases='["small"]'), "provider.0.bases.0", "valid dictionary"),
        (one(sensitivities=""), "provider.0.sensitivities", "required"),
        (one(sensitivities='["secret"]'), "provider.0.sensitivities.0", "'public', 'internal' or 'private'"),
        (one(methods='["kto"]'), "provider.0.methods.0", "supervised"),
        (one(base_url='"127.0.0.1:8801/v1"'), "provider.0.base_url", "http://"),
        (one(api_key='"sk-1"'), "provider.0.api_key", "not permitted"),
        (one() + "\n" + one(), "provider", "private is there twice"),
    ],
)
def test_a_bad_file_says_where_and_why(text: str, where: str, why: str) -> None:
    with pytest.raises(BadProviders) as bad:
        read_providers(text)
    assert bad.value.where == where
    assert why in bad.value.why


@pytest.mark.parametrize("base_urls", [{"opneai": "http://127.0.0.1:1/v1"}, {"openai": "127.0.0.1:1/v1"}])
async def test_a_bad_override_is_refused(base_urls: dict[str, str]) -> None:
    with pytest.raises(BadProviders):
        async with configured(base_urls=base_urls):
            raise AssertionError("not reached")
