"""Which model providers there are: providers.toml in, adapters by name out."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import date
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from pipeline.domain.preflights import ProviderStanding
from pipeline.domain.spending import Method, Price
from pipeline.domain.training import TuningJob
from pipeline.domain.voices import Sensitivity
from pipeline.errors import UnknownProvider
from pipeline.models.openai_compatible import OpenAICompatible
from pipeline.models.runs import CompatibleRuns
from pipeline.models.standing import CompatibleStanding
from pipeline.models.wire import openai_client

# Said aloud, so that an OPENAI_BASE_URL in the environment cannot send text elsewhere.
OPENAI_BASE_URL: Final = "https://api.openai.com/v1"


class BadProviders(ValueError):
    """The configuration cannot be used. where: "provider.0.sensitivities"; empty for the whole file."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}" if where else why)
        self.where = where
        self.why = why


def _http(address: str) -> str:
    if not address.startswith(("http://", "https://")):
        raise ValueError("needs an address that starts with http:// or https://")
    return address.rstrip("/")


Address = Annotated[str, AfterValidator(_http)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")]


class BaseFacts(BaseModel):
    """A model that can be tuned. shutdown_on: the day it, and every model tuned from it, stops answering.

    methods: where it takes others than its provider's bases usually do.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1)]
    shutdown_on: date | None = None
    methods: Annotated[tuple[Method, ...], Field(min_length=1)] | None = None


class ProviderFacts(BaseModel):
    """One [[provider]] of providers.toml.

    sensitivities: what may be sent there. closes_to_new_jobs: the first day on which it takes no new training.
    parallel_runs: how many of our runs it trains at a time; the others wait in a fair order.
    encoding_note: how near our token counts are, for the cost card's small print.
    probes_training: whether to ask, by a run on a file that does not exist, if our organisation may still train.
    trains_tuned_models: whether a finished model can be trained further; learning from pairs always is that.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    base_url: Address = OPENAI_BASE_URL
    bases: Annotated[tuple[BaseFacts, ...], Field(min_length=1)]
    methods: Annotated[tuple[Method, ...], Field(min_length=1)] = ("supervised",)
    sensitivities: Annotated[frozenset[Sensitivity], Field(min_length=1)]
    closes_to_new_jobs: date | None = None
    parallel_runs: Annotated[int, Field(ge=1)] = 1
    encoding_note: str = ""
    probes_training: bool = False
    trains_tuned_models: bool = False

    def methods_of(self, base: str) -> tuple[Method, ...]:
        own = next((each.methods for each in self.bases if each.name == base), None)
        return own or self.methods

    def takes_new_jobs(self, day: date) -> bool:
        return self.closes_to_new_jobs is None or day < self.closes_to_new_jobs


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)  # a key put here by mistake is not logged

    provider: Annotated[tuple[ProviderFacts, ...], Field(min_length=1)]


def read_providers(text: str) -> tuple[ProviderFacts, ...]:
    """Read the configuration from TOML text, in the file's order. Raises BadProviders."""
    try:
        facts = _File.model_validate(tomllib.loads(text)).provider
    except tomllib.TOMLDecodeError as err:
        raise BadProviders("", str(err)) from err
    except ValidationError as err:
        first = err.errors()[0]
        raise BadProviders(".".join(map(str, first["loc"])), first["msg"]) from err
    names = [each.name for each in facts]
    for name in names:
        if names.count(name) > 1:
            raise BadProviders("provider", f"{name} is there twice")
    return facts


class ConfiguredProviders:
    """Adapters for the providers we hold a key for; the others are in without_key and are not offered."""

    def __init__(
        self,
        configured: Sequence[ProviderFacts],
        *,
        api_keys: Mapping[str, SecretStr | str],
        price_of: Callable[[str, str], Price],
        request_timeout_s: float,
        base_urls: Mapping[str, str] | None = None,
    ) -> None:
        """price_of: by provider and base or tuned model. base_urls: addresses that override the file's, by name.

        Raises BadProviders when an override names no provider.
        """
        moved = _moved(configured, base_urls or {})
        keys = {each.name: _plain(api_keys.get(each.name, "")) for each in moved}
        self._facts = {each.name: each for each in moved if keys[each.name]}
        self.without_key = tuple(each.name for each in moved if not keys[each.name])
        self._adapters = {
            name: OpenAICompatible(
                name=name,
                client=openai_client(base_url=facts.base_url, api_key=keys[name], timeout_s=request_timeout_s),
                sensitivities=facts.sensitivities,
                price_of=_priced_at(name, price_of),
                request_timeout_s=request_timeout_s,
            )
            for name, facts in self._facts.items()
        }

    def training(self, name: str) -> OpenAICompatible:
        return self._adapter(name)

    def writing(self, name: str) -> OpenAICompatible:
        return self._adapter(name)

    def run(self, name: str) -> CompatibleRuns:
        return CompatibleRuns(self._adapter(name).wire)

    async def delete_model(self, provider: str, model_name: str) -> bool:
        return await self.run(provider).delete_model(model_name)

    def names_for(self, sensitivity: Sensitivity) -> tuple[str, ...]:
        """Providers that may see text of this sensitivity; those trusted with private text first, then file order."""
        allowed = [facts for facts in self._facts.values() if sensitivity in facts.sensitivities]
        return tuple(each.name for each in sorted(allowed, key=lambda each: "private" not in each.sensitivities))

    def facts(self, name: str) -> ProviderFacts:
        if name not in self._facts:
            raise UnknownProvider(name)
        return self._facts[name]

    def offered_by(self, provider: str) -> tuple[str, ...]:
        return tuple(base.name for base in self.facts(provider).bases)

    async def standing(self, provider: str, base: str) -> ProviderStanding:
        """Raises ProviderError."""
        ask = CompatibleStanding(self._adapter(provider).wire, self.facts(provider).probes_training)
        return await ask(base)

    def methods_of(self, provider: str, base: str) -> tuple[Method, ...]:
        return self.facts(provider).methods_of(base)

    def trains_tuned_models(self, provider: str) -> bool:
        return self.facts(provider).trains_tuned_models

    def closes_on(self, provider: str) -> date | None:
        return self.facts(provider).closes_to_new_jobs

    def places(self, provider: str) -> int:
        """How many runs may be under way there at a time."""
        return self.facts(provider).parallel_runs

    def refuses(self, run: TuningJob, day: date) -> Literal["closed", "base-gone", "method-gone"] | None:
        """Why the run cannot be trained there on that day, as configured; None when it can. Raises UnknownProvider."""
        facts = self.facts(run.provider)
        if not facts.takes_new_jobs(day):
            return "closed"
        offered = {each.name: each for each in facts.bases}
        if run.base not in offered or ((last := offered[run.base].shutdown_on) is not None and day >= last):
            return "base-gone"
        goes_on = run.method == "dpo" or run.parent_version is None or facts.trains_tuned_models
        return None if goes_on and run.method in facts.methods_of(run.base) else "method-gone"

    async def close(self) -> None:
        async with AsyncExitStack() as stack:
            for adapter in self._adapters.values():
                stack.push_async_callback(adapter.close)

    def _adapter(self, name: str) -> OpenAICompatible:
        if name not in self._adapters:
            raise UnknownProvider(name)
        return self._adapters[name]


def _moved(configured: Sequence[ProviderFacts], base_urls: Mapping[str, str]) -> list[ProviderFacts]:
    for unknown in sorted(base_urls.keys() - {each.name for each in configured}):
        raise BadProviders("base_urls", f"{unknown} is not a provider of the file")
    try:
        addresses = {name: _http(address) for name, address in base_urls.items()}
    except ValueError as err:
        raise BadProviders("base_urls", str(err)) from err
    return [each.model_copy(update={"base_url": addresses.get(each.name, each.base_url)}) for each in configured]


def _plain(key: SecretStr | str) -> str:
    return (key.get_secret_value() if isinstance(key, SecretStr) else key).strip()


def _priced_at(provider: str, price_of: Callable[[str, str], Price]) -> Callable[[str], Price]:
    return lambda model: price_of(provider, model)
