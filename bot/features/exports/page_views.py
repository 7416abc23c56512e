"""The page an export is fetched from, as HTML; nothing on it comes from anywhere else."""

from html import escape
from typing import Final

FRAME: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Export</title>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""


def page(handle: str) -> str:
    """The file comes when the button is pressed: whatever only looks at links gets nothing."""
    return FRAME.format(
        body=f"<h1>Everything about {escape(handle)}</h1>\n"
        "<p>One zip: texts, datasets, drafts, feedback, consent and the audit log. Keep it as safe as the texts "
        "themselves.</p>\n"
        '<form method="post"><button>Download</button></form>'
    )


def refusal(sentence: str) -> str:
    return FRAME.format(body=f"<h1>This doesn't work any more</h1>\n<p>{escape(sentence)}</p>")
