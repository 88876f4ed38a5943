"""How tickets, conversations and names are shown."""
