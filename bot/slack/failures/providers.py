"""What is said when a provider cannot or does not want to."""

from bot.slack.mrkdwn import escape
from pipeline import errors as e


def provider_sentence(error: e.ProviderError) -> str:
    name = escape(error.provider)
    match error:
        case e.ProviderUnavailable():
            return (
                f"I can't reach {name} right now. Nothing was charged that I know of; I'll look again before resending."
            )
        case e.ProviderBusy():
            return f"{name} is busy and took nothing. I try again shortly; you need do nothing."
        case e.ProviderRefused():
            return (
                f"{name} refused the request ({escape(error.code)}). Nothing was charged. The details are in the log."
            )
        case e.TrainingClosed():
            return (
                f"Your {name} organisation can't start fine-tunes any more. Cost so far: $0. "
                "The private server is available: ask again with it."
            )
        case e.SensitivityNotAllowed():
            return (
                f"This voice is marked {escape(error.sensitivity)}, and {name} may not see such texts. "
                "Nothing left this machine. Choose the private server."
            )
        case e.BadWebhook():
            return f"Something came in the name of {name} that it didn't sign. It was ignored; nothing changed."
        case e.UnknownProvider():
            return f"No provider called `{name}` is set up here. `/voice cost` shows the ones that are."
    raise TypeError(type(error))
