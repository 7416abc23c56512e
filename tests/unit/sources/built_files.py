"""Small good files of every format, built from their parts."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from email.message import EmailMessage

import openpyxl  # type: ignore[import-untyped]  # ships no types
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>'
)
TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
WORD_STYLES = (
    f"<w:styles {WORD}>"
    '<w:style w:type="paragraph" w:styleId="T"><w:name w:val="Title"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="H"><w:name w:val="heading 1"/></w:style></w:styles>'
)


def packed(members: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def word_paragraph(text: str, style: str = "") -> str:
    styled = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{styled}<w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def core_properties(**stated: str) -> str:
    spaces = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
    prefixes = {"created": "dcterms", "modified": "dcterms"}
    tags = (
        f"<{prefixes.get(name, 'dc')}:{name}>{text}</{prefixes.get(name, 'dc')}:{name}>"
        for name, text in stated.items()
    )
    return f'<cp:coreProperties xmlns:cp="urn:x" {spaces}>{"".join(tags)}</cp:coreProperties>'


def docx(*paragraphs: str, core: str = "", more: Mapping[str, bytes | str] | None = None) -> bytes:
    members: dict[str, bytes | str] = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": RELATIONS,
        "word/styles.xml": WORD_STYLES,
        "word/document.xml": f"<w:document {WORD}><w:body>{''.join(paragraphs)}</w:body></w:document>",
    }
    if core:
        members["docProps/core.xml"] = core
    return packed({**members, **(more or {})})


def xlsx(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def pdf(
    pages: Iterable[Sequence[tuple[float, str]]], stated: Mapping[str, str] | None = None, password: str = ""
) -> bytes:
    """pages: lines with their height in points, 12 points large, at the left margin (two blanks more are an indent)."""
    writer = PdfWriter()
    named = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica", "/Encoding": "/WinAnsiEncoding"}
    font = writer._add_object(DictionaryObject({NameObject(key): NameObject(value) for key, value in named.items()}))
    for lines in pages:
        page = writer.add_blank_page(612, 792)
        fonts = DictionaryObject({NameObject("/F1"): font})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        content = DecodedStreamObject()
        content.set_data(b"\n".join(_shown(height, text) for height, text in lines))
        page[NameObject("/Contents")] = writer._add_object(content)
    if stated:
        writer.add_metadata(dict(stated))
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def _shown(height: float, text: str) -> bytes:
    escaped = text.strip().replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)").encode("cp1252")
    left = 90 if text.startswith("  ") else 72
    return b"BT /F1 12 Tf 1 0 0 1 %d %d Tm (%s) Tj ET" % (left, height, escaped)


def lines_at(top: float, *lines: str) -> list[tuple[float, str]]:
    """Lines one below the other, 14 points apart; an empty one leaves room between two paragraphs."""
    return [(top - 14 * at, line) for at, line in enumerate(lines) if line]


def letter(
    text: str = "", *, markup: str = "", subject: str = "News", sender: str = "Ann Lee <ann@example.org>", **more: str
) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = sender
    message["Date"] = more.get("date", "Thu, 05 Jan 2012 14:30:46 +0000")
    if text:
        message.set_content(text)
    if markup and text:
        message.add_alternative(markup, subtype="html")
    elif markup:
        message.set_content(markup, subtype="html")
    return message


def mailbox(*messages: EmailMessage) -> bytes:
    return b"\n".join(b"From ann Thu Jan  5 14:30:46 2012\n" + message.as_bytes() for message in messages)
