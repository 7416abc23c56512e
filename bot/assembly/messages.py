"""Every message the bot can say, by its template."""

from collections.abc import Mapping
from typing import Any

from bot.adding import SOURCE_MESSAGE
from bot.features.baseline import views as baseline_views
from bot.features.board import views as board_views
from bot.features.consent import views as consent_views
from bot.features.costs import views as cost_views
from bot.features.datasets import views as dataset_views
from bot.features.differences import views as difference_views
from bot.features.digest import views as digest_views
from bot.features.drafting import views as drafting_views
from bot.features.duels import views as duel_views
from bot.features.evaluation import views as evaluation_views
from bot.features.exports import views as export_views
from bot.features.feedback import views as feedback_views
from bot.features.forgetting import views as forgetting_views
from bot.features.pictures import views as picture_views
from bot.features.preferences import views as preference_views
from bot.features.radar import views as radar_views
from bot.features.rehearsal import views as rehearsal_views
from bot.features.rounds import views as round_views
from bot.features.signoff import views as signoff_views
from bot.features.spending import approver_views
from bot.features.spending import views as spending_views
from bot.features.training import views as training_views
from bot.features.voices import views as voice_views
from bot.slack import whispers as whisper_views
from bot.slack.message import Templates


def templates() -> Templates:
    """Every message the bot can say."""
    return {
        **whisper_views.TEMPLATES,
        **voice_views.TEMPLATES,
        **consent_views.TEMPLATES,
        **dataset_views.TEMPLATES,
        **difference_views.TEMPLATES,
        **picture_views.TEMPLATES,
        **signoff_views.TEMPLATES,
        **rehearsal_views.TEMPLATES,
        **cost_views.TEMPLATES,
        **baseline_views.TEMPLATES,
        **spending_views.TEMPLATES,
        **approver_views.TEMPLATES,
        **training_views.TEMPLATES,
        **evaluation_views.TEMPLATES,
        **drafting_views.TEMPLATES,
        **duel_views.TEMPLATES,
        **board_views.TEMPLATES,
        **digest_views.TEMPLATES,
        **preference_views.TEMPLATES,
        **radar_views.TEMPLATES,
        **feedback_views.TEMPLATES,
        **round_views.TEMPLATES,
        **export_views.TEMPLATES,
        **forgetting_views.TEMPLATES,
    }


def said_of_source(facts: Mapping[str, Any]) -> str:
    """What stands in the thread about a file."""
    return templates()[SOURCE_MESSAGE](facts).text
