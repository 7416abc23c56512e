"""The upload page as HTML; nothing on it comes from anywhere else."""

from html import escape

from bot.features.uploads.usecase import Page

MEGABYTE = 1024 * 1024
FORMATS = "WordPress exports, CSV, Excel, Word, PDF, Markdown, text, web pages, mail, transcripts, or a zip of these"

FRAME = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="stylesheet" href="page/page.css">
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""

BODY = """<h1>Add texts to <strong>{handle}</strong></h1>
<p class="quiet">Round {number} · this link is yours and works until {until}</p>
<label id="drop" for="files">
  <input id="files" type="file" multiple data-limit="{limit}">
  <span class="big">Drop files here</span>
  <span>or <u>choose them</u></span>
  <span class="quiet">{formats}; up to {megabytes} MB each</span>
</label>
<ul id="list" aria-live="polite"></ul>
<p class="quiet">A large file may be interrupted: open this page again, choose the same file, and it goes on.</p>
{back}
<noscript><p class="bad">This page needs JavaScript to send files. Drop them in Slack instead.</p></noscript>
<script src="page/page.js"></script>"""


def page(shown: Page, limit_bytes: int) -> str:
    back = f'<p><a href="{escape(shown.thread_url)}">Back to the thread in Slack</a></p>' if shown.thread_url else ""
    body = BODY.format(
        handle=escape(shown.handle),
        number=shown.number,
        until=escape(shown.until),
        limit=limit_bytes,
        megabytes=limit_bytes // MEGABYTE,
        formats=FORMATS,
        back=back,
    )
    return FRAME.format(title=f"Add texts to {escape(shown.handle)}", body=body)


def refusal(sentence: str) -> str:
    body = f'<h1>This doesn\'t work any more</h1>\n<p class="bad">{escape(sentence)}</p>'
    return FRAME.format(title="Upload", body=body)
