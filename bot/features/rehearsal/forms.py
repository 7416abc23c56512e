"""The form that asks why to pay although the rehearsal says no."""

from typing import Final

from slack_sdk.models.views import View

from bot.slack.reasons import reason_form
from pipeline.domain.voices import DatasetId

OVERRIDE_FORM: Final = "rehearsal.override_form"


def override_form(dataset_id: DatasetId) -> View:
    """private_metadata: the dataset's id."""
    return reason_form(
        OVERRIDE_FORM,
        dataset_id,
        title="Override the rehearsal",
        question="Why pay all the same?",
        hint="The links belong to the posts and we want them.",
        shown_where="The rehearsal report, the approval card and the audit log show this reason with your name.",
    )
