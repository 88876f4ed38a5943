"""Readers of articles: a folder of Markdown and HTML, and the export of a Zendesk Help Center. They need no helpdesk.

>>> from helpdesk_sdk.imports import read_folder
>>> reading = read_folder("docs/")
>>> [article.slug for article in reading.articles], [refused.source for refused in reading.refused]
"""

from .articles import ImportedArticle, Reading, Refusal
from .folder import read_folder
from .help_center import read_help_center
from .html import html_to_markdown

__all__ = ["ImportedArticle", "Reading", "Refusal", "html_to_markdown", "read_folder", "read_help_center"]
