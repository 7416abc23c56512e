"""What /voice admin offers: one table that the features fill, as they fill the verbs."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal

AdminRole = Literal["admin", "approver"]


@dataclass(frozen=True, slots=True)
class AdminItem:
    """label: on the button. action_id: answered by the feature, in the menu's own modal. role: whose it is."""

    label: str
    action_id: str
    says: str
    role: AdminRole = "admin"


@dataclass(slots=True)
class AdminMenu:
    items: list[AdminItem] = field(default_factory=list)

    def add(self, item: AdminItem) -> None:
        self.items.append(item)

    def items_for(self, roles: Collection[AdminRole]) -> list[AdminItem]:
        return [item for item in self.items if item.role in roles]
