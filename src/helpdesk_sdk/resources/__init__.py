"""The nouns of the helpdesk: ``hd.tickets``, ``hd.messages`` and the others, one module each."""
