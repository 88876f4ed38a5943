"""The promises of the helpdesk as data, and how they are proven against a running project."""
