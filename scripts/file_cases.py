"""Write tests/functions/file_cases.json: small files, made here, and whether the check of attachments accepts them.

python scripts/file_cases.py
"""

from __future__ import annotations

import base64
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

PAGE = Path(__file__).parents[1] / "tests" / "functions" / "file_cases.json"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ODT = "application/vnd.oasis.opendocument.text"


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))


def png() -> bytes:
    """One grey pixel."""
    header = _chunk(b"IHDR", struct.pack(">2L5B", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + _chunk(b"IDAT", zlib.compress(b"\0\x80")) + _chunk(b"IEND", b"")


def archive(names: Iterable[str], stored: dict[str, bytes] | None = None) -> bytes:
    """A ZIP archive with these files; those of `stored` first, and not compressed."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in (stored or {}).items():
            target.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)
        for name in names:
            info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, "content of " + name)
    return made.getvalue()


def many(entries: int) -> bytes:
    """The end of an archive that says it has that many entries."""
    return b"PK\x03\x04" + bytes(100) + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, entries, entries, 0, 104, 0)


def bomb() -> bytes:
    """An archive of ten megabytes of zeros: small, and never unpacked."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        info = zipfile.ZipInfo("zeros", (2026, 1, 1, 0, 0, 0))
        info.compress_type = zipfile.ZIP_DEFLATED
        target.writestr(info, bytes(10_000_000))
    return made.getvalue()


PNG = png()
GIF = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;"
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xdb\0\x43\0" + bytes(64) + b"\xff\xd9"
WEBP = b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07\0"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
EXE = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0" + bytes(48) + b"PE\0\0" + bytes(100)
ELF = b"\x7fELF\x02\x01\x01" + bytes(60)
MP4 = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(40)
MOV = b"\0\0\0\x14ftypqt  \0\0\0\0qt  " + bytes(40)
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40)
AVIF = b"\0\0\0\x18ftypavif\0\0\0\0mif1avif" + bytes(40)
WEBM = (
    b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webmB\x87\x81\x04B\x85\x81\x02"
    + bytes(20)
)
MP3 = b"ID3\x04\0\0\0\0\0\x0a" + bytes(10) + b"\xff\xfb\x90\x64" + bytes(413)
TIFF = b"II*\0\x08\0\0\0\x01\0\0\x01\x03\0\x01\0\0\0\x01\0\0\0\0\0\0\0" + bytes(20)
GZIP = b"\x1f\x8b\x08\0\0\0\0\0\x02\x03\x4b\x04\0\x43\xbe\xb7\xe8\x01\0\0\0"
DOCX = archive(["[Content_Types].xml", "_rels/.rels", "word/document.xml"])
ODT_FILE = archive(["content.xml"], {"mimetype": ODT.encode()})
ZIP = archive(["a.txt", "b/c.txt"])

CASES: list[tuple[str, str, bytes, str | None]] = [
    ("a picture", "image/png", PNG, None),
    ("a picture of JPEG", "image/jpeg", JPEG, None),
    ("a picture of GIF", "image/gif", GIF, None),
    ("a picture of WebP", "image/webp", WEBP, None),
    ("a picture of a telephone", "image/heic", HEIC, None),
    ("a picture of TIFF", "image/tiff", TIFF, None),
    ("a document of PDF", "application/pdf", PDF, None),
    ("a film of MP4", "video/mp4", MP4, None),
    ("a film of QuickTime", "video/quicktime", MOV, None),
    ("a film of WebM", "video/webm", WEBM, None),
    ("a sound", "audio/mpeg", MP3, None),
    ("a compressed file", "application/gzip", GZIP, None),
    ("an archive", "application/zip", ZIP, None),
    ("an archive with nothing in it", "application/zip", archive([]), "type_mismatch"),
    ("an archive that would unpack to ten megabytes", "application/zip", bomb(), None),
    ("a document of Word", WORD, DOCX, None),
    (
        "a document of Word whose first entry is another one",
        WORD,
        archive(["word/document.xml", "[Content_Types].xml"]),
        None,
    ),
    ("a sheet of Excel", SHEET, archive(["[Content_Types].xml", "xl/workbook.xml"]), None),
    ("slides of PowerPoint", SLIDES, archive(["[Content_Types].xml", "ppt/presentation.xml"]), None),
    ("a document of OpenDocument", ODT, ODT_FILE, None),
    ("an office document as an archive", "application/zip", DOCX, None),
    ("text", "text/plain", b"Hello\r\n\tworld\n", None),
    ("text with a mark at its start", "text/plain", b"\xef\xbb\xbfHello", None),
    ("text of other scripts", "text/plain", "Grüße, 請求書 👩‍💻".encode(), None),
    ("text of an old code page", "text/csv", "Name;Straße\nMüller;Köln\n".encode("cp1252"), None),
    ("a table", "text/csv", b"id,name\n1,Ada\n", None),
    ("a log of a terminal", "text/plain", b"\x1b[31merror\x1b[0m <nil> a < b\n", None),
    ("data", "application/json", b'{"a": [1, 2]}\n', None),
    ("Markdown", "text/markdown", b"# Title\n\n- <https://example.com>\n", None),
    # What pretends to be something else.
    ("a program as a picture", "image/png", EXE, "type_mismatch"),
    ("a program as a document", "application/pdf", EXE, "type_mismatch"),
    ("a program as text", "text/plain", EXE, "not_text"),
    ("a program of Linux as text", "text/plain", ELF, "not_text"),
    ("a picture as text", "text/plain", PNG, "not_text"),
    ("a document as text", "text/plain", PDF, "not_text"),
    ("a picture as another picture", "image/png", JPEG, "type_mismatch"),
    ("a picture that no check knows", "image/heic", AVIF, "type_mismatch"),
    ("text as a picture", "image/png", b"hello", "type_mismatch"),
    ("a page as a picture", "image/gif", b"<!doctype html><script>alert(1)</script>", "type_mismatch"),
    (
        "a drawing as a picture",
        "image/png",
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        "type_mismatch",
    ),
    ("a page as text", "text/plain", b"<!DOCTYPE html><p>hi", "markup_in_text"),
    ("a page as text, behind blanks", "text/plain", b"\xef\xbb\xbf \r\n\t<p onclick=x>", "markup_in_text"),
    ("a page as text, behind text", "text/plain", b"hello <sCrIpT src=//x></script>", "markup_in_text"),
    ("a drawing as text", "text/csv", b'a,b\n<svg onload="alert(1)">', "markup_in_text"),
    ("XML as data", "application/json", b'<?xml version="1.0"?><x/>', "markup_in_text"),
    ("text with a zero", "text/plain", b"hel\0lo", "not_text"),
    ("text of two bytes a letter", "text/plain", "hello".encode("utf-16"), "not_text"),
    ("a zero far behind", "text/plain", b"x" * 5000 + b"\0", "not_text"),
    ("the type is none", "application/x-msdownload", EXE, "type_mismatch"),
    ("the type is a page", "text/html", b"<html>", "type_mismatch"),
    # Two files in one.
    ("a picture that is a script", "image/gif", b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)//;", "damaged_or_mixed"),
    ("a picture with an archive behind it", "image/png", PNG + ZIP, "damaged_or_mixed"),
    ("a picture with a page behind it", "image/png", PNG + b"<script>alert(1)</script>", "damaged_or_mixed"),
    ("a picture of GIF with an archive behind it", "image/gif", GIF + ZIP, "damaged_or_mixed"),
    ("an archive with a picture before it", "application/zip", PNG + ZIP, "type_mismatch"),
    ("a document with an archive behind it", "application/pdf", PDF + bytes(2000) + ZIP, "damaged_or_mixed"),
    ("a document behind something else", "application/pdf", b"x" * 200 + PDF, "type_mismatch"),
    ("an archive with a page behind it", "application/zip", ZIP + b"<script>", "archive_damaged"),
    ("an archive with something between its parts", "application/zip", b"PK\x03\x04junk" + ZIP, "archive_damaged"),
    ("an archive that was cut off", "application/zip", ZIP[:-5], "archive_damaged"),
    ("an archive that begins like one", "application/zip", b"PK\x03\x04" + b"x" * 200, "archive_damaged"),
    ("an archive of too many entries", "application/zip", many(20_000), "archive_too_large"),
    ("an archive that lies about its entries", "application/zip", many(3), "archive_damaged"),
    ("an archive as a document of Word", WORD, ZIP, "type_mismatch"),
    ("a sheet as a document of Word", WORD, archive(["[Content_Types].xml", "xl/workbook.xml"]), "type_mismatch"),
    (
        "a document of Word with macros",
        WORD,
        archive(["[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"]),
        "macros",
    ),
    ("an archive with macros", "application/zip", archive(["x/VBAPROJECT.BIN"]), "macros"),
    (
        "an OpenDocument of another kind",
        ODT,
        archive(["content.xml"], {"mimetype": b"application/x-other"}),
        "type_mismatch",
    ),
    ("an archive as a picture", "image/png", ZIP, "type_mismatch"),
    ("nothing", "image/png", b"", "type_mismatch"),
    ("one byte", "application/pdf", b"%", "type_mismatch"),
    ("the first bytes of a picture", "image/png", PNG[:16], "damaged_or_mixed"),
]


if __name__ == "__main__":
    rows = [
        {"name": name, "content_type": type_, "base64": base64.b64encode(content).decode(), "reason": reason}
        for name, type_, content, reason in CASES
    ]
    PAGE.write_text("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n", "utf-8")
