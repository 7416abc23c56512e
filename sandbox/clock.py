"""The sandbox's time: real time plus whatever a test has advanced it by."""

import time


class Clock:
    """Slack's expiries (trigger ids, response_urls, streams) are measured on this clock."""

    def __init__(self) -> None:
        self._offset_s = 0.0
        self._last_ts_us = 0

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time() + self._offset_s

    def advance(self, seconds: float) -> None:
        self._offset_s += seconds

    def next_ts(self) -> str:
        """A message timestamp in Slack's form, never the same twice and always growing."""
        self._last_ts_us = max(int(self.now() * 1_000_000), self._last_ts_us + 1)
        return f"{self._last_ts_us // 1_000_000}.{self._last_ts_us % 1_000_000:06d}"
