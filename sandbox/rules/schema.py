"""A small language for Slack's payload rules. A check yields one line per problem, in Slack's words."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

Check = Callable[[Any, str], Iterator[str]]


def problem(what: str, path: str) -> str:
    """Slack's form: `[ERROR] no more than 50 items allowed [json-pointer:/blocks]`."""
    return f"[ERROR] {what} [json-pointer:{path}]"


def anything(_value: Any, _path: str) -> Iterator[str]:
    yield from ()


def boolean(value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, bool):
        yield problem("must be a boolean", path)


def whole_number(value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, int) or isinstance(value, bool):
        yield problem("must be an integer", path)


def number_text(value: Any, path: str) -> Iterator[str]:
    """Slack wants numbers of a number_input as strings."""
    if not isinstance(value, str) or not value.lstrip("-").replace(".", "", 1).isdigit():
        yield problem("must be a number written as a string", path)


def string(max_chars: int, *, min_chars: int = 1) -> Check:
    def check(value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield problem("must be a string", path)
        elif len(value) < min_chars:
            yield problem(f"must be more than {min_chars - 1} characters", path)
        elif len(value) > max_chars:
            yield problem(f"must be less than {max_chars + 1} characters", path)

    return check


def choice(*allowed: str) -> Check:
    def check(value: Any, path: str) -> Iterator[str]:
        if value not in allowed:
            yield problem(f"must be one of: {', '.join(allowed)}", path)

    return check


def list_of(item: Check, max_items: int, *, min_items: int = 1) -> Check:
    def check(value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield problem("must be an array", path)
            return
        if len(value) > max_items:
            yield problem(f"no more than {max_items} items allowed", path)
        if len(value) < min_items:
            yield problem(f"must have at least {min_items} items", path)
        for index, one in enumerate(value):
            yield from item(one, f"{path}/{index}")

    return check


@dataclass(frozen=True, slots=True)
class Shape:
    """An object with known keys. at_least_one: one of these must be there and filled."""

    fields: Mapping[str, Check]
    required: tuple[str, ...] = ()
    at_least_one: tuple[str, ...] = ()

    def with_one_of(self, *names: str) -> "Shape":
        return replace(self, at_least_one=names)

    def __call__(self, value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield problem("must be an object", path)
            return
        for name in self.required:
            if value.get(name) is None:
                yield problem(f"missing required field: {name}", path)
        if self.at_least_one and not any(value.get(name) for name in self.at_least_one):
            yield problem(f"one of {', '.join(self.at_least_one)} must be provided", path)
        for name, one in value.items():
            if name not in self.fields:
                yield problem(f"invalid additional property: {name}", path)
            elif one is not None:
                yield from self.fields[name](one, f"{path}/{name}")


def by_type(shapes: Mapping[str, Check]) -> Check:
    """Chooses the shape by the object's "type"; a type that is not listed is refused."""

    def check(value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield problem("must be an object", path)
        elif value.get("type") not in shapes:
            yield problem(f"unsupported type: {value.get('type')}", f"{path}/type")
        else:
            yield from shapes[value["type"]](value, path)

    return check
