"""Create the tables, the agent and their session; prints the session's key."""

from __future__ import annotations

import os

import django


def main() -> None:
    """Prepare an empty database."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    people = get_user_model().objects
    agent = people.create_superuser("agent", "agent@example.com", "only for a benchmark")
    for n in range(1, 51):
        people.create_user(f"agent{n}", f"agent{n}@example.com", is_staff=True)
    session = SessionStore()
    session[SESSION_KEY] = str(agent.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = agent.get_session_auth_hash()
    session.create()
    print(session.session_key)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
    django.setup()
    main()
