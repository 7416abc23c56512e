"""Settings: one section per subsystem, read once in __main__ and handed on as values."""

from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from pipeline.domain.approvals import SpendRules
from pipeline.domain.spending import MICROUSD_PER_USD
from pipeline.domain.voices import ORIGINS, Origin


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
    """What holds until an admin changes it in Slack."""

    model_config = ConfigDict(frozen=True)

    channel_id: str = Field(default="", description="Channel for approval cards; empty: the voice's channel.")
    approvers: tuple[str, ...] = Field(default=(), description="User ids and user-group ids (S…) who approve.")
    month_limit_usd: Decimal = Field(default=Decimal(150), description="Budget of one workspace and month.")
    voice_limit_usd: Decimal | None = Field(default=None, description="Budget of one voice and month; empty: none.")
    person_limit_usd: Decimal | None = Field(
        default=None, description="Budget of one month for what one person asks; empty: none."
    )
    warn_percent: int = Field(default=80, ge=1, le=100, description="Used share of a budget that is told of, once.")
    second_from_usd: Decimal | None = Field(
        default=None, description="From this amount on two approvers must say yes; empty: one is enough."
    )
    emergency: bool = Field(
        default=False, description="Whether an approver may say yes to their own request, with a reason, told to all."
    )
    auto_below_usd: Decimal = Field(default=Decimal(0), description="Less than this needs nobody's yes; 0: never.")
    auto_per_day: int = Field(default=1, ge=0, description="How many requests a day need nobody's yes.")
    tells_approvers: bool = Field(default=True, description="Whether approvers get cards as direct messages, too.")

    def rules(self) -> SpendRules:
        return SpendRules(
            approvers=self.approvers,
            channel_id=self.channel_id,
            month_limit_microusd=microusd(self.month_limit_usd),
            voice_limit_microusd=None if self.voice_limit_usd is None else microusd(self.voice_limit_usd),
            person_limit_microusd=None if self.person_limit_usd is None else microusd(self.person_limit_usd),
            warn_percent=self.warn_percent,
            second_from_microusd=None if self.second_from_usd is None else microusd(self.second_from_usd),
            emergency=self.emergency,
            auto_below_microusd=microusd(self.auto_below_usd),
            auto_per_day=self.auto_per_day,
            tells_approvers=self.tells_approvers,
        )


def microusd(amount_usd: Decimal) -> int:
    return int(amount_usd * MICROUSD_PER_USD)


class PeopleSettings(BaseModel):
    model_config = ConfigDict(frozen=True)

    admins: tuple[str, ...] = Field(
        default=(), description="User ids who may use /voice admin; empty: the workspace's own admins and owners."
    )


class ModelSettings(BaseModel):
    model_config = ConfigDict(frozen=True)

    providers_file: Path = Field(default=Path("providers.toml"), description="Which providers there are.")
    prices_file: Path | None = Field(default=None, description="Dated price table; empty: the one shipped.")
    api_keys: dict[str, SecretStr] = Field(default_factory=dict, description="Key per provider name, as JSON.")
    base_urls: dict[str, str] = Field(default_factory=dict, description="Address per provider name, as JSON.")
    rank_cache: Path = Field(default=Path("var/tiktoken"), description="Folder for the tokenizer's ranks.")
    request_timeout_s: float = Field(default=120.0, description="Longest wait for one provider answer.")
    waking_s: float = Field(
        default=100.0, description="Seconds before a text is sent for again when no answer came: a model may sleep."
    )
    poll_s: float = Field(default=10.0, description="Seconds between looks at a running job, at first.")
    longest_poll_s: float = Field(default=120.0, description="Seconds between looks at a job that takes long.")
    settle_s: float = Field(default=30.0, description="Seconds to wait before looking for a job in doubt.")
    send_within_hours: float = Field(
        default=168.0, description="An approval whose run was not sent by then expires, and its money is free."
    )
    delete_files: bool = Field(
        default=True, description="Whether uploaded rows are deleted at the provider after a run."
    )
    delete_files_after_days: float = Field(default=0.0, description="How many days after the end of a run.")
    webhook_secrets: dict[str, SecretStr] = Field(
        default_factory=dict, description="Signing secret (whsec_…) of webhooks per provider name, as JSON."
    )


class WorkSettings(BaseModel):
    model_config = ConfigDict(frozen=True)

    workers: int = Field(default=3, description="Pieces of work done at the same time.")
    lease_s: float = Field(default=60.0, description="Seconds after which a silent worker's piece is taken over.")
    tick_s: float = Field(default=2.0, description="Seconds between looks for due work.")
    processes: int = Field(default=1, description="Processes that read and clean files; a large set may use them all.")
    file_limit_mb: int = Field(default=200, description="Largest upload that is read.")
    unpacked_limit_mb: int = Field(default=1024, description="Largest archive content that is read.")


class ServerSettings(BaseModel):
    model_config = ConfigDict(frozen=True)

    host: str = Field(default="127.0.0.1", description="Address the bot's own HTTP server binds.")
    port: int = Field(default=8080, description="Its port: /healthz, /readyz and, in HTTP mode, /slack/events.")


class OriginSettings(BaseModel):
    model_config = ConfigDict(frozen=True)

    allowed: tuple[Origin, ...] = Field(
        default=ORIGINS,
        description="Where a text that trains may come from, as JSON: direct (command line, upload link, a site), "
        "slack_file, slack_message (better versions), own_draft, vote. Others are read and left out.",
    )


class UploadSettings(BaseModel):
    model_config = ConfigDict(frozen=True)

    public_url: str = Field(
        default="", description="Address of the bot's own server as people's browsers reach it; empty: no upload links."
    )
    secret: SecretStr = Field(default=SecretStr(""), description="Signs upload links; at least 32 characters.")
    folder: Path = Field(default=Path("var/uploads"), description="Where files wait until they are complete.")
    link_hours: float = Field(default=24.0, description="How long a link works.")
    files_per_link: int = Field(default=20, description="How many files come by one link.")
    requests_per_s: float = Field(default=30.0, description="Pieces of files that one link may send in a second.")


class DraftSettings(BaseModel):
    model_config = ConfigDict(frozen=True)

    per_person_a_day: int = Field(
        default=20,
        ge=0,
        description="Drafts one member may ask for in a day (UTC); 0: any number. A voice's owner and steward: any.",
    )


class PullSettings(BaseModel):
    model_config = ConfigDict(frozen=True)

    delay_s: float = Field(default=1.0, description="Wait between two requests to a site; its robots.txt may say more.")
    request_timeout_s: float = Field(default=30.0, description="Longest wait for one answer of a site.")
    pages: int = Field(default=500, description="Most requests for posts of one site.")
    limit_mb: int = Field(default=200, description="Most that one site may send, unpacked.")
    private_hosts: tuple[str, ...] = Field(
        default=(),
        description="host:port of sites inside your own network that may be pulled all the same, as JSON.",
    )


class Settings(BaseSettings):
    """Everything that can be configured. Nested fields: UNDERSTUDY_STORAGE__DATABASE_URL and so on."""

    model_config = SettingsConfigDict(env_prefix="UNDERSTUDY_", env_nested_delimiter="__", frozen=True)

    slack: SlackSettings = Field(default_factory=SlackSettings)
    storage: StorageSettings = Field(default_factory=StorageSettings)
    spend: SpendSettings = Field(default_factory=SpendSettings)
    people: PeopleSettings = Field(default_factory=PeopleSettings)
    models: ModelSettings = Field(default_factory=ModelSettings)
    work: WorkSettings = Field(default_factory=WorkSettings)
    server: ServerSettings = Field(default_factory=ServerSettings)
    origins: OriginSettings = Field(default_factory=OriginSettings)
    uploads: UploadSettings = Field(default_factory=UploadSettings)
    drafts: DraftSettings = Field(default_factory=DraftSettings)
    pulls: PullSettings = Field(default_factory=PullSettings)
