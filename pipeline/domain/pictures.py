"""Pictures of a dataset's report, kept so that each is drawn and uploaded once."""

from dataclasses import dataclass

from pipeline.domain.voices import DatasetId


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """blob: SHA-256 of the PNG. slack_file_id: None until Slack has it.

    The PNG, the alt text and Slack's file tell of the texts: whoever deletes those deletes these.
    """

    team_id: str
    dataset_id: DatasetId
    name: str
    alt: str
    blob: str
    slack_file_id: str | None = None
