"""Which listeners are asked first."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from slack_bolt.async_app import AsyncApp

from bot.features.duels.listeners import DuelListeners
from bot.features.feedback.listeners import FeedbackListeners
from bot.listening import Urgent, listen


@dataclass
class App:
    """Stands in for Bolt's: notes what is registered, in order."""

    asked: list[Any] = field(default_factory=list)

    def event(self, what: Any, matchers: Any = ()) -> Callable[[Any], None]:  # noqa: ARG002  # Bolt's shape
        return lambda _: self.asked.append(what)

    command = event


@dataclass
class Plain:
    name: str

    def register(self, app: AsyncApp) -> None:
        app.event(self.name)(self)


@dataclass
class Hasty(Plain):
    def register_first(self, app: AsyncApp) -> None:
        app.event(f"{self.name} first")(self)


def test_commands_and_what_comes_by_the_hundred_are_asked_about_before_the_rest() -> None:
    app = App()
    listen(cast("AsyncApp", app), Plain("commands"), [Plain("one"), Hasty("two"), Plain("three"), Hasty("four")])
    first, last = app.asked[:3], app.asked[3:-1]
    assert first == ["commands", "two first", "four first"]
    assert last == ["one", "two", "three", "four"]
    assert app.asked[-1].fullmatch("any_event")


def test_emoji_come_by_the_hundred() -> None:
    assert issubclass(DuelListeners, Urgent)
    assert issubclass(FeedbackListeners, Urgent)
