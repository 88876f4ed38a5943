"""The data that the helpdesk returns: frozen pydantic models. They send no request and know no client."""
