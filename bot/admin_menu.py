"""What /voice admin offers: one table that the features fill, as they fill the verbs."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class AdminItem:
    """label: on the button. action_id: answered by the feature, in the menu's own modal, for admins only."""

    label: str
    action_id: str
    says: str


@dataclass(slots=True)
class AdminMenu:
    items: list[AdminItem] = field(default_factory=list)

    def add(self, item: AdminItem) -> None:
        self.items.append(item)
