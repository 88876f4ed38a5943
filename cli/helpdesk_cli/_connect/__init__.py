"""Which helpdesk a command talks to, and as whom: profiles, connections, following events."""
