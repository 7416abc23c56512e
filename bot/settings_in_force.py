"""What an operator's settings mean for the parts: megabytes as bytes, hours as seconds (pure)."""

from datetime import timedelta
from typing import Final

from bot.assembly import Rules
from bot.features.training.record import DAY_S, Timing
from bot.settings import Settings
from bot.sites.puller import SitePuller
from bot.upload_links import UploadLinks
from pipeline.sources.reading import Limits

MEGABYTE: Final = 1024 * 1024
HOUR_S: Final = 3600


def reading_limits(settings: Settings) -> Limits:
    work = settings.work
    return Limits(file_bytes=work.file_limit_mb * MEGABYTE, unpacked_bytes=work.unpacked_limit_mb * MEGABYTE)


def site_puller(settings: Settings) -> SitePuller:
    pulls = settings.pulls
    limit = pulls.limit_mb * MEGABYTE
    return SitePuller(pulls.delay_s, pulls.request_timeout_s, pulls.pages, limit, pulls.private_hosts)


def upload_links(settings: Settings) -> UploadLinks:
    uploads = settings.uploads
    return UploadLinks(uploads.public_url, uploads.secret, timedelta(hours=uploads.link_hours))


def timing(settings: Settings) -> Timing:
    models = settings.models
    return Timing(
        models.request_timeout_s,
        models.settle_s,
        models.poll_s,
        longest_poll_s=models.longest_poll_s,
        send_within_s=models.send_within_hours * HOUR_S,
        forget_after_s=models.delete_files_after_days * DAY_S if models.delete_files else None,
    )


def rules(settings: Settings, *, bot_user: str, workspace_url: str) -> Rules:
    return Rules(
        timing=timing(settings),
        bot_user=bot_user,
        origins=settings.origins.allowed,
        workspace_url=workspace_url,
        file_limit_bytes=settings.work.file_limit_mb * MEGABYTE,
        files_per_link=settings.uploads.files_per_link,
        requests_per_s=settings.uploads.requests_per_s,
        waking_s=settings.models.waking_s,
        drafts_a_day=settings.drafts.per_person_a_day,
        reading=reading_limits(settings),
    )
