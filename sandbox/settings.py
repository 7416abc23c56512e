"""What a sandbox is started with."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

DEFAULT_MANIFEST = Path(__file__).resolve().parent.parent / "manifest.yml"
Mode = Literal["socket", "http"]


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """ack_timeout_s: how long Slack waits for an answer; Slack's own value is 3 seconds.

    retry_scale multiplies Slack's retry schedule (at once, 1 minute, 5 minutes); tests set it near 0.
    share_delay_s: how long after completeUploadExternal a file's type is known and it is shared, as in Slack.
    """

    manifest_path: Path = DEFAULT_MANIFEST
    mode: Mode = "socket"
    events_url: str = ""
    signing_secret: str = "sandbox-signing-secret"
    bot_token: str = "xoxb-sandbox"
    app_token: str = "xapp-sandbox"
    ack_timeout_s: float = 3.0
    retry_scale: float = 1.0
    share_delay_s: float = 0.05
