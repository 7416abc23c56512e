"""Settings: one section per subsystem, read once in __main__ and handed on as values."""

from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class SlackSettings(BaseSettings):
    """Slack's own names for its variables, as Slack's samples use them."""

    model_config = SettingsConfigDict(env_prefix="SLACK_", frozen=True)

    bot_token: SecretStr = Field(default=SecretStr(""), description="xoxb-… token of the installed app.")
    app_token: SecretStr = Field(default=SecretStr(""), description="xapp-… token, for Socket Mode.")
    signing_secret: SecretStr = Field(default=SecretStr(""), description="Signing secret, for HTTP mode.")
    api_url: str = Field(default="https://slack.com/api/", description="Slack, or a sandbox's address.")
    mode: Literal["socket", "http"] = Field(default="socket", description="How Slack reaches the bot.")
    command: str = Field(default="/voice", description="The slash command, as named in manifest.yml.")


class StorageSettings(BaseModel):
    model_config = ConfigDict(frozen=True)

    database_url: str = Field(
        default="sqlite+aiosqlite:///var/understudy.sqlite3", description="SQLite file, or postgresql+asyncpg://…"
    )
    artifacts_url: str = Field(default="var/artifacts", description="Folder, or s3://…, gs://…, az://…")
    locks_dir: Path = Field(default=Path("var/locks"), description="Folder of lock files (SQLite only).")


class SpendSettings(BaseModel):
    model_config = ConfigDict(frozen=True)

    channel_id: str = Field(default="", description="Channel for approval cards; empty: the voice's channel.")
    approvers: tuple[str, ...] = Field(default=(), description="User ids and user-group ids (S…) who approve.")
    month_limit_usd: Decimal = Field(default=Decimal(150), description="Budget of one workspace and month.")


class ModelSettings(BaseModel):
    model_config = ConfigDict(frozen=True)

    providers_file: Path = Field(default=Path("providers.toml"), description="Which providers there are.")
    prices_file: Path | None = Field(default=None, description="Dated price table; empty: the one shipped.")
    api_keys: dict[str, SecretStr] = Field(default_factory=dict, description="Key per provider name, as JSON.")
    base_urls: dict[str, str] = Field(default_factory=dict, description="Address per provider name, as JSON.")
    rank_cache: Path = Field(default=Path("var/tiktoken"), description="Folder for the tokenizer's ranks.")
    request_timeout_s: float = Field(default=120.0, description="Longest wait for one provider answer.")
    poll_s: float = Field(default=10.0, description="Seconds between looks at a running job.")
    settle_s: float = Field(default=30.0, description="Seconds to wait before looking for a job in doubt.")


class WorkSettings(BaseModel):
    model_config = ConfigDict(frozen=True)

    workers: int = Field(default=3, description="Pieces of work done at the same time.")
    lease_s: float = Field(default=60.0, description="Seconds after which a silent worker's piece is taken over.")
    tick_s: float = Field(default=2.0, description="Seconds between looks for due work.")
    processes: int = Field(default=1, description="Processes that read and clean files.")
    file_limit_mb: int = Field(default=200, description="Largest upload that is read.")
    unpacked_limit_mb: int = Field(default=1024, description="Largest archive content that is read.")


class ServerSettings(BaseModel):
    model_config = ConfigDict(frozen=True)

    host: str = Field(default="127.0.0.1", description="Address the bot's own HTTP server binds.")
    port: int = Field(default=8080, description="Its port: /healthz, /readyz and, in HTTP mode, /slack/events.")


class Settings(BaseSettings):
    """Everything that can be configured. Nested fields: UNDERSTUDY_STORAGE__DATABASE_URL and so on."""

    model_config = SettingsConfigDict(env_prefix="UNDERSTUDY_", env_nested_delimiter="__", frozen=True)

    slack: SlackSettings = Field(default_factory=SlackSettings)
    storage: StorageSettings = Field(default_factory=StorageSettings)
    spend: SpendSettings = Field(default_factory=SpendSettings)
    models: ModelSettings = Field(default_factory=ModelSettings)
    work: WorkSettings = Field(default_factory=WorkSettings)
    server: ServerSettings = Field(default_factory=ServerSettings)
