"""Why a demo ends early: something broke, or the bot had a reason to stop."""


class DemoFailed(Exception):
    """Something broke; the text is a sentence for whoever started the demo."""


class LoopStopped(Exception):
    """The bot said why it goes no further with these texts, such as too few of them. sentence: its words."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
