"""Readers of other helpdesks' exports: tickets with their conversations, people, teams and fields.

They need no helpdesk: ``hd.imports.run`` brings what they read into one.
"""

from .csv_mapping import read_mapping
from .csv_tickets import CsvTable
from .freshdesk import FreshdeskExport
from .items import Item, Problem
from .own_export import HelpdeskExport
from .source import Source
from .stage import Stage
from .zendesk import ZendeskExport

__all__ = [
    "CsvTable",
    "FreshdeskExport",
    "HelpdeskExport",
    "Item",
    "Problem",
    "Source",
    "Stage",
    "ZendeskExport",
    "read_mapping",
]
