"""Consent of owners who are not in Slack."""

from datetime import date, datetime
from typing import ClassVar

from sqlmodel import Field

from storage.tables.base import Row


class AttestationRow(Row, table=True):
    """note_blob: NULL until the note is kept, and again once it was forgotten. limits: in the person's words."""

    __tablename__: ClassVar[str] = "attestation"

    consent_id: int = Field(foreign_key="consent.id", index=True)
    by_user: str
    at: datetime
    slack_file_id: str
    name: str
    note_blob: str | None = None
    until: datetime
    not_before: date | None = None
    limits: str = ""
