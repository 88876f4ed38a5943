"""Typed modules for the custom fields of one helpdesk. Keys, labels and options are data: only literals are written."""
