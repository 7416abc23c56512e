"""Bodies of requests, with the bounds of OpenAI's specification."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from modelserver.errors import ApiError
from modelserver.records import Hyperparameters, Method

B = TypeVar("B", bound=BaseModel)

MetadataKey = Annotated[str, StringConstraints(max_length=64)]
MetadataValue = Annotated[str, StringConstraints(max_length=512)]
Metadata = Annotated[dict[MetadataKey, MetadataValue], Field(max_length=16)]
Suffix = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Auto = Literal["auto"]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class AskedHyperparameters(Body):
    n_epochs: Annotated[int, Field(ge=1, le=50)] | Auto = "auto"
    batch_size: Annotated[int, Field(ge=1, le=256)] | Auto = "auto"
    learning_rate_multiplier: Annotated[float, Field(gt=0)] | Auto = "auto"

    def kept(self) -> Hyperparameters:
        return Hyperparameters(**self.model_dump())


class AskedDpoHyperparameters(AskedHyperparameters):
    beta: Annotated[float, Field(gt=0, le=2)] | Auto = "auto"


class Supervised(Body):
    hyperparameters: AskedHyperparameters | None = None


class Dpo(Body):
    hyperparameters: AskedDpoHyperparameters | None = None


class AskedMethod(Body):
    """kto is this server's own, in the shape of the others."""

    type: Method
    supervised: Supervised | None = None
    dpo: Dpo | None = None
    kto: Dpo | None = None

    def judged(self) -> AskedDpoHyperparameters:
        """What was asked of dpo or kto."""
        own = self.kto if self.type == "kto" else self.dpo
        return (own and own.hyperparameters) or AskedDpoHyperparameters()


class JobBody(Body):
    """POST /v1/fine_tuning/jobs."""

    model: str
    training_file: str
    validation_file: str | None = None
    suffix: Suffix | None = None
    seed: Annotated[int, Field(ge=0, le=2_147_483_647)] | None = None
    metadata: Metadata | None = None
    method: AskedMethod | None = None
    hyperparameters: AskedHyperparameters | None = None
    integrations: Annotated[list[Any], Field(max_length=0)] | None = None

    @property
    def kind(self) -> Method:
        return self.method.type if self.method else "supervised"

    def hyperparameters_asked(self) -> Hyperparameters:
        """From `method`, else from the deprecated place, which knows supervised only."""
        if self.method is not None and self.method.type != "supervised":
            return self.method.judged().kept()
        supervised = self.method.supervised if self.method else None
        asked = (supervised.hyperparameters if supervised else None) or self.hyperparameters
        return (asked or AskedHyperparameters()).kept()


class TextPart(Body):
    type: Literal["text"]
    text: str


class ChatMessage(Body):
    role: Literal["developer", "system", "user", "assistant"]
    content: str | list[TextPart]
    name: str | None = None
    refusal: str | None = None

    def text(self) -> str:
        return self.content if isinstance(self.content, str) else "".join(part.text for part in self.content)


class StreamOptions(Body):
    include_usage: bool = False
    include_obfuscation: bool = False


class ResponseFormat(Body):
    type: Literal["text"]


class ChatBody(Body):
    """POST /v1/chat/completions. What is accepted without effect is listed in docs/reference/modelserver.md."""

    model: str
    messages: Annotated[list[ChatMessage], Field(min_length=1)]
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    max_completion_tokens: Annotated[int, Field(ge=1)] | None = None
    stop: str | Annotated[list[str], Field(max_length=4)] | None = None
    n: Annotated[int, Field(ge=1, le=16)] | None = None
    seed: int | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    presence_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    frequency_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    user: str | None = None
    safety_identifier: str | None = None
    metadata: Metadata | None = None
    store: bool | None = None
    response_format: ResponseFormat | None = None
    logprobs: bool | None = None
    top_logprobs: Annotated[int, Field(ge=0, le=20)] | None = None

    def stops(self) -> list[str]:
        return [self.stop] if isinstance(self.stop, str) else self.stop or []

    def likeliest(self) -> int | None:
        """As of Sampling."""
        if self.top_logprobs is not None and not self.logprobs:
            raise ApiError("'top_logprobs' needs 'logprobs' to be true.", param="top_logprobs", code="invalid_value")
        return (self.top_logprobs or 0) if self.logprobs else None

    def token_limit(self) -> int | None:
        return self.max_completion_tokens or self.max_tokens


class ModerationBody(Body):
    """POST /v1/moderations. A list of parts is one input, a list of texts is several."""

    input: str | list[str] | list[TextPart]
    model: str | None = None

    def texts(self) -> list[str]:
        if isinstance(self.input, str):
            return [self.input]
        parts = [part.text for part in self.input if isinstance(part, TextPart)]
        return ["".join(parts)] if parts else [text for text in self.input if isinstance(text, str)]


UNSUPPORTED_CHAT = frozenset({"tools", "tool_choice", "parallel_tool_calls", "functions", "function_call", "audio"})


async def read_json(request: web.Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.read())
    except (ValueError, RecursionError) as err:
        raise ApiError("We could not parse the JSON body of your request.") from err
    if not isinstance(body, dict):
        raise ApiError("The JSON body of your request must be an object.")
    return body


def parse(kind: type[B], body: dict[str, Any]) -> B:
    """The body as a value, or an ApiError that names the first parameter that is wrong."""
    try:
        return kind.model_validate(body)
    except ValidationError as err:
        first = err.errors(include_url=False)[0]
        raise _refusal(first["type"], _path(first["loc"]), first["msg"]) from err


def _refusal(kind: str, param: str, reason: str) -> ApiError:
    if kind == "missing":
        return ApiError(f"Missing required parameter: '{param}'.", param=param, code="missing_required_parameter")
    if kind == "extra_forbidden":
        return ApiError(f"Unknown parameter: '{param}'.", param=param, code="unknown_parameter")
    return ApiError(f"Invalid value for '{param}': {reason}.", param=param, code="invalid_value")


def _path(place: tuple[int | str, ...]) -> str:
    """messages[0].content from ('messages', 0, 'content'), without the names pydantic gives to union branches."""
    path = ""
    for part in place:
        if isinstance(part, int):
            path += f"[{part}]"
        elif part.isidentifier() and part not in ("str", "int", "float"):
            path += f".{part}" if path else part
    return path
