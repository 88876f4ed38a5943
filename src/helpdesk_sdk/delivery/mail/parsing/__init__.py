"""Mails that arrived: from their bytes to what the database decides on.

``parse_mail`` reads any bytes in a time and a memory in proportion to their size. The function `email-in` reads mails
the same way; ``tests/mails`` is tried against both.
"""

from .files import File
from .html import HtmlText, html_text
from .mail import ParsedMail, parse_mail

__all__ = ["File", "HtmlText", "ParsedMail", "html_text", "parse_mail"]
