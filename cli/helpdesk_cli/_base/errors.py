"""Turns an exception into an exit code and two lines on stderr, or one JSON object."""

from __future__ import annotations

import json
import os
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import typer

from .secrets import redact
from .settings import settings
from .text import one_line

if TYPE_CHECKING:
    from helpdesk_sdk.errors import HelpdeskError


class ExitCode(IntEnum):
    """The exit codes of commands."""

    OK = 0
    REFUSED = 1
    USAGE = 2
    NOT_FOUND = 3
    CONFLICT = 4
    FORBIDDEN = 5
    UNREACHABLE = 6
    INTERRUPTED = 130
    BROKEN_PIPE = 141


EXIT_CODES = """\
Exit codes:
  0  done
  1  the helpdesk refused or failed, or doctor found a problem
  2  the command line is wrong, or a value is not valid
  3  not found, or you may not see it
  4  conflict: somebody else changed it first, nothing was done
  5  not signed in, or not allowed
  6  the helpdesk cannot be reached
  130  interrupted (Ctrl-C)"""


# The commands that help, by the error's class.
_HINTS = {
    "AlreadyAssignedError": "Take another one, or assign this one on purpose: helpdesk tickets assign TICKET me",
    "ArticleNotFoundError": "Staff list them: helpdesk kb list. Everybody searches: helpdesk kb search QUESTION",
    "AssigneeNotFoundError": "List those who can have it: helpdesk users list --active --role agent --role admin",
    "AssistantOffError": "See the switches: helpdesk assistant settings show, helpdesk assistant exclusions",
    "AttachmentNotFoundError": "List the files of a ticket: helpdesk attachments list TICKET",
    "AttachmentNotReadyError": "See its state: helpdesk attachments list TICKET",
    "ConfirmationNeededError": "Look at it: helpdesk assistant show PROPOSAL. Then accept it with --confirm",
    "DefaultTeamError": "Make another team the default first: helpdesk teams set-default TEAM",
    "DeliveryNotFoundError": "List the deliveries: helpdesk outbox list",
    "EmailBlockNotFoundError": "List the blocked senders: helpdesk mail blocks list",
    "EmailChannelNotFoundError": "List the addresses of the helpdesk: helpdesk mail channels list",
    "EmailNotFoundError": "List the mails: helpdesk mail inbound list",
    "EmailTemplateNotFoundError": "List the templates: helpdesk mail templates list",
    "EmbeddingIncompleteError": "See how far it is: helpdesk kb progress. Then repeat: helpdesk kb embed --model NAME",
    "EmbeddingModelMismatchError": "Set EMBEDDINGS_MODEL to that model, or change it: helpdesk kb embed --model NAME",
    "ExternalIdTakenError": "Find that ticket: helpdesk tickets list --external-id KEY",
    "FieldExistsError": "Choose another key, or change that field: helpdesk fields update KEY",
    "FieldNotFoundError": "List the fields: helpdesk fields list. An admin defines a field: helpdesk fields create",
    "FieldRequiredError": "Give a value for each field that the message names: --field KEY=VALUE",
    "FieldRetiredError": "Leave it out, or restore it: helpdesk fields restore KEY",
    "InvitationNotFoundError": "List the invitations: helpdesk users invitations",
    "LastAdminError": "Make somebody else an admin first: helpdesk users role WHO admin",
    "MessageNotFoundError": "The ids of messages: helpdesk tickets show TICKET --json",
    "NotQuarantinedError": "See what became of it: helpdesk mail inbound show MAIL",
    "ParticipantNotFoundError": "List those who take part: helpdesk tickets participants list TICKET",
    "ProposalDecidedError": "Ask for a new one: helpdesk assistant suggest TICKET",
    "ProposalExpiredError": "Ask for a new one: helpdesk assistant suggest TICKET",
    "ProposalNotFoundError": "List the proposals: helpdesk assistant proposals --all",
    "SlackChannelNotFoundError": "List the channels: helpdesk slack list",
    "SlackChannelTakenError": "Change what is there: helpdesk slack update CHANNEL",
    "SlackConnectionNotFoundError": "List the workspaces: helpdesk slack workspaces",
    "SlugTakenError": "See that article: helpdesk kb show SLUG --draft",
    "SuppressionNotFoundError": "List the suppressions: helpdesk mail suppressions list",
    "TeamInUseError": "Transfer its tickets first: helpdesk tickets transfer TICKET TEAM",
    "TicketClosedError": "Reopen it first: helpdesk tickets reopen TICKET",
    "UserEmailNotFoundError": "List the further addresses: helpdesk mail addresses list",
    "UserExistsError": "Change their role instead: helpdesk users role WHO ROLE",
    "WebhookNotFoundError": "List the webhooks: helpdesk webhooks list",
}


class CliError(Exception):
    """An error that the CLI finds itself, before or without a request.

    Args:
        message: What is wrong, in one sentence.
        hint: What to do about it, in one sentence.
        code: The exit code.
    """

    def __init__(self, message: str, hint: str | None = None, code: ExitCode = ExitCode.REFUSED) -> None:
        super().__init__(message)
        self.message, self.hint, self.code = message, hint, code


def report(error: Exception) -> ExitCode:
    """Print an error to stderr and return the exit code. With HELPDESK_DEBUG an unexpected error is raised instead."""
    described = _describe(error)
    code = ExitCode(described["exit_code"])
    if settings().json:
        text = json.dumps({"error": {name: value for name, value in described.items() if value is not None}})
        typer.echo(redact(text), err=True)
        return code
    if _is_help(error):
        typer.echo(error, err=True)
        return code
    typer.echo(redact(f"Error: {one_line(described['message'])}"), err=True)
    hint, who = described["hint"], _who(described.get("identity"))
    if hint and who and not hint.endswith("."):
        hint += "."
    hint = " ".join(part for part in (hint, who) if part)
    if hint:
        typer.echo(redact(one_line(hint)), err=True)
    return code


def _who(identity: str | None) -> str | None:
    return f"You are {identity}." if identity else None


def sign_in_hint() -> str:
    """How to sign in again, with the profile that is used."""
    profile = settings().used_profile
    return f"Sign in: helpdesk login --profile {profile}" if profile else "Sign in: helpdesk login"


def _describe(error: Exception) -> dict[str, Any]:
    if isinstance(error, CliError):
        return _fields(error.message, error.hint, error.code)
    if isinstance(error, typer.TyperException):
        return _fields(_usage_message(error), _usage_hint(error), error.exit_code)
    from helpdesk_sdk.errors import HelpdeskError

    if isinstance(error, HelpdeskError):
        return _describe_sdk_error(error)
    if os.environ.get("HELPDESK_DEBUG"):
        raise error
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return _fields(f"{where}{error.strerror}", None, ExitCode.REFUSED)
    hint = "This is a bug. Set HELPDESK_DEBUG=1 to see the traceback."
    return _fields(f"{type(error).__name__}: {error}", hint, ExitCode.REFUSED) | {"kind": "InternalError"}


def _fields(message: str, hint: str | None, code: int) -> dict[str, Any]:
    return {"kind": "UsageError" if code == 2 else "CliError", "message": message, "hint": hint, "exit_code": int(code)}


def _is_help(error: Exception) -> bool:
    """Whether a group was named without a command: the text is then its help. Typer's class for it is private."""
    return type(error).__name__ == "NoArgsIsHelpError"


def _usage_message(error: typer.TyperException) -> str:
    if _is_help(error):
        return "The command is not complete"
    return error.format_message().replace("Value error, ", "") or "The command is not complete"


def _usage_hint(error: typer.TyperException) -> str | None:
    context = getattr(error, "ctx", None)
    return f"Try: {context.command_path} --help" if context is not None else None


def _describe_sdk_error(error: HelpdeskError) -> dict[str, Any]:
    from .json import jsonable

    names = ("reason", "code", "status", "field", "request_id", "client_request_id", "retry_after")
    details = {name: getattr(error, name, None) for name in names}
    details |= {"id": str(described) if (described := getattr(error, "id", None)) else None}
    details |= {
        name: jsonable(value)
        for name in ("current", "new_messages", "has_more")
        if (value := getattr(error, name, None))
    }
    return {
        "kind": type(error).__name__,
        "message": error.message,
        "hint": _hint_for(error),
        "exit_code": int(exit_code_for(error)),
        "identity": settings().identity if _is_about_rights(error) else None,
    } | details


def _is_about_rights(error: HelpdeskError) -> bool:
    """Whether another person might have been allowed to do it."""
    from helpdesk_sdk import errors as e

    return isinstance(error, e.ForbiddenError | e.NotFoundError) and not isinstance(error, e.AuthenticationError)


def exit_code_for(error: HelpdeskError) -> ExitCode:
    """The exit code that goes with an error of the SDK."""
    from helpdesk_sdk import errors as e

    kinds: list[tuple[type[Exception], ExitCode]] = [
        (e.InvalidValueError, ExitCode.USAGE),
        (e.ConfigurationError, ExitCode.USAGE),
        (e.NotFoundError, ExitCode.NOT_FOUND),
        (e.ConflictError, ExitCode.CONFLICT),
        (e.AuthenticationError, ExitCode.FORBIDDEN),
        (e.ForbiddenError, ExitCode.FORBIDDEN),
        (e.ConnectionFailedError, ExitCode.UNREACHABLE),
    ]
    return next((code for kind, code in kinds if isinstance(error, kind)), ExitCode.REFUSED)


def _hint_for(error: HelpdeskError) -> str | None:
    """What to do about it, in terms of the command line. The SDK's own hints are about Python."""
    from helpdesk_sdk import errors as e

    if isinstance(error, e.UnknownOutcomeError):
        if error.id is not None:
            return f"Repeat the command with --id {error.id}: it takes effect at most once."
        return "Check whether it took effect before you try again."
    if isinstance(error, e.NoProfileError | e.InactiveUserError):
        return error.hint
    if isinstance(error, e.AuthenticationError) and error.code == "invalid_credentials":
        return "Check the e-mail address and the password."
    if isinstance(error, e.AuthenticationError):
        return _bad_key_hint() if _is_about_key(error) else sign_in_hint()
    if isinstance(error, e.ConnectionFailedError):
        # Of a deployment, of Realtime, of a proxy: the hint names what to look at.
        if type(error) is e.ConnectionFailedError and error.hint and not error.hint.startswith("Is it the right URL"):
            return error.hint
        return "Check the URL, and that the helpdesk runs: helpdesk doctor"
    if isinstance(error, e.InvalidValueError) and error.field == "ticket" and error.hint is None:
        return "Give the ticket's number, like 42, or its id."
    if isinstance(error, e.InvalidValueError) and error.field == "requester_id" and error.hint:
        return f"{error.hint} Say who needs something: --requester ADDRESS"
    if isinstance(error, e.InvalidValueError) and error.message == "mail names no ticket":
        return "Open a new ticket from it: helpdesk mail quarantine ticket MAIL"
    if isinstance(error, e.InvalidValueError) and error.field == "cursor":
        return "Give the cursor of an event with --after, or leave it out."
    if isinstance(error, e.TeamNotFoundError) and error.hint in {None, "List the teams you may use."}:
        return "List the teams you may use: helpdesk teams list"
    if isinstance(error, e.CursorAheadError):
        return "Start from the beginning of the log: --after 0.0"
    if isinstance(error, e.StaleRevisionError):
        return "Read the ticket again (helpdesk tickets show), then repeat the command if it still makes sense."
    if isinstance(error, e.UserExistsError) and error.hint is None:
        # Refused by Supabase Auth: a sign-up.
        return "Sign in: helpdesk login"
    if isinstance(error, e.ForbiddenError) and "auth.sign_in" in (error.hint or ""):
        return "Sign in as a person (helpdesk login), or name a person's profile: --profile NAME"
    return _HINTS.get(type(error).__name__, error.hint)


def _is_about_key(error: HelpdeskError) -> bool:
    """Whether the project refused its key, and not the session. Supabase has no code for that."""
    return "api key" in error.message.lower()


def _bad_key_hint() -> str:
    profile, identity = settings().used_profile, settings().identity or ""
    if profile is not None and identity.startswith("the system"):
        return f"Give the project's secret key: helpdesk login --profile {profile} --secret-key-stdin"
    if profile is None:
        return "Check HELPDESK_KEY: the project's settings, API keys, have the key; of a local stack, helpdesk status."
    return f"Give the project's publishable key: helpdesk login --profile {profile} --key KEY"
