"""The connection of a command: profiles, sessions, clients, following events."""
