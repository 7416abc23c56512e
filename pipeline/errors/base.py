"""What every failure is."""


class AppError(Exception):
    """A failure that a person may be told of."""


class LeaseLost(Exception):  # not told to anybody: another worker has the row now
    """A fenced write found a newer token; the transaction must roll back."""


class NotRecordedYet(Exception):  # not told to anybody: Slack delivers the event again
    """An event came before the message it is about was recorded as posted."""
