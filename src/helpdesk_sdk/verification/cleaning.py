"""Remove throw-away people, and all that is theirs. Repeatable: after an interruption it goes on where it ended."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from .people import SERVICE
from .project import BUCKET, DOMAIN, TEAM_PREFIX, Project, answered
from .report import Cleaning

_PAGE = 1000
_FILES = "files of throw-away people"


def clean_up(project: Project, emails: Collection[str] | None = None, run: str = "") -> Cleaning:
    """Remove files, tickets, people, teams and logins.

    Args:
        project: The project; only its secret key is used.
        emails: Only these people; None for all throw-away people, of interrupted runs too.
        run: Only teams of this run.

    Raises:
        ConnectionFailedError: The project does not answer.
    """
    done = Cleaning()
    _remove_files(project, done, emails)
    # Logins first: deleting one releases its person, who would get a profile again at the next request.
    _remove_logins(project, done, emails)
    answer = project.data(
        SERVICE, "POST", "/rpc/remove_throwaways", json={} if emails is None else {"emails": list(emails)}
    )
    if answer.is_success:
        found: dict[str, int] = answer.json()
        done.people, done.tickets = found["people"], found["tickets"]
        if found["people_left"]:
            many = found["people_left"]
            done.left.append(f"{many} throw-away people have written on tickets of others: they are deactivated")
    else:
        done.left.append(f"throw-away people and their tickets: {answered(answer)}")
    _remove_teams(project, done, run)
    return done


def _rows(project: Project, done: Cleaning, what: str, path: str, params: dict[str, str]) -> list[dict[str, Any]]:
    """Rows that say what is to be removed; what cannot be looked at may be left."""
    answer = project.data(SERVICE, "GET", path, params=params)
    if not answer.is_success:
        done.left.append(f"{what}, which cannot be looked up: {answered(answer)}")
        return []
    found: list[dict[str, Any]] = answer.json()
    return found


def _remove_files(project: Project, done: Cleaning, emails: Collection[str] | None) -> None:
    params = {"email": f"like.*@{DOMAIN}", "select": "user_id,email"}
    rows = _rows(project, done, _FILES, "/users", params)
    people = [row["user_id"] for row in rows if emails is None or row["email"] in emails]
    if not people:
        return
    while True:
        params = {
            "requester_id": f"in.({','.join(people)})",
            "state": "not.in.(deleted)",
            "select": "attachment_id,ticket_id",
            "order": "attachment_id",
            # Removing a file from Storage leaves its row as it is.
            "offset": str(done.files),
            "limit": "500",
        }
        files = _rows(project, done, _FILES, "/attachments", params)
        if not files:
            return
        keys = [f"tickets/{row['ticket_id']}/{row['attachment_id']}" for row in files]
        answer = project.ask(SERVICE, "DELETE", f"/storage/v1/object/{BUCKET}", json={"prefixes": keys})
        if not answer.is_success:
            done.left.append(f"{_FILES}: {answered(answer)}")
            return
        done.files += len(keys)


def _remove_teams(project: Project, done: Cleaning, run: str) -> None:
    params = {"name": f"like.{TEAM_PREFIX}{run}*", "select": "team_id,name"}
    for team in _rows(project, done, "throw-away teams", "/teams", params):
        answer = project.data(SERVICE, "DELETE", "/teams", params={"team_id": f"eq.{team['team_id']}"})
        if answer.is_success:
            done.teams += 1
        else:
            done.left.append(f"the team {team['name']!r}: {answered(answer)}")


def _remove_logins(project: Project, done: Cleaning, emails: Collection[str] | None) -> None:
    page = 1
    found: list[tuple[str, str]] = []
    while True:
        answer = project.ask(SERVICE, "GET", f"/auth/v1/admin/users?page={page}&per_page={_PAGE}")
        if not answer.is_success:
            done.left.append(f"the logins of throw-away people: {answered(answer)}")
            return
        users = answer.json()["users"]
        found += [(user["id"], user.get("email") or "") for user in users]
        if len(users) < _PAGE:
            break
        page += 1
    for id, email in found:
        if email.endswith(f"@{DOMAIN}") and (emails is None or email in emails):
            answer = project.ask(SERVICE, "DELETE", f"/auth/v1/admin/users/{id}")
            if answer.is_success:
                done.logins += 1
            else:
                done.left.append(f"the login {email}: {answered(answer)}")
