"""`helpdesk worker`: does what waits, with the secret key: files, vectors, the assistant, webhooks, Slack, mails."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ._base.app import Commands
from ._base.errors import CliError, ExitCode
from ._base.output import print_result
from ._base.settings import apply_options
from ._connect.connection import client, connect
from ._connect.target import SYSTEM_HINT, target
from ._work.options import HeartbeatOption, LogJsonOption

if TYPE_CHECKING:
    from helpdesk_sdk.embeddings import EmbeddingEndpoint

    from ._work.duties import Duty


# Less than the time that a container gives its health check.
_CHECK_TIMEOUT = 8.0


def register(app: Commands) -> None:
    """Add the command to the program."""
    help = "Do what waits: files, vectors, answers, deliveries, mails. Needs the secret key."
    app.command("worker", profile=True, help=help)(worker)


def worker(
    files: Annotated[
        bool, typer.Option("--files", help="Check files that wait. The default, if no work is named.")
    ] = False,
    embed: Annotated[bool, typer.Option("--embed", help="Make the vectors of articles and past tickets.")] = False,
    assistant: Annotated[
        bool, typer.Option("--assistant", help="Carry out the assistant's runs with a language model.")
    ] = False,
    deliver: Annotated[
        bool, typer.Option("--deliver", help="Send webhooks and to Slack; with HELPDESK_MAIL_URL, mails too.")
    ] = False,
    finish_mail: Annotated[
        bool,
        typer.Option("--finish-mail", help="Finish mails that arrived: large ones, winmail.dat, what was left undone."),
    ] = False,
    fetch_mail: Annotated[
        bool,
        typer.Option("--fetch-mail", help="Receive the mails of a mailbox, as helpdesk mail fetch does."),
    ] = False,
    once: Annotated[bool, typer.Option("--once", help="Do what waits now, and end.")] = False,
    interval: Annotated[
        float, typer.Option(min=0.1, max=3600, metavar="SECONDS", help="The pause between rounds.")
    ] = 5,
    model_timeout: Annotated[
        float, typer.Option(min=1, max=3000, metavar="SECONDS", help="The most time for the language model in one run.")
    ] = 120,
    clamav: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT",
            envvar="HELPDESK_CLAMAV",
            show_envvar=True,
            help="Scan for viruses with this clamd. Without it, only types are checked.",
            show_default=False,
        ),
    ] = None,
    sweep: Annotated[
        bool, typer.Option("--sweep/--no-sweep", help="With --files: remove leftover files once an hour.")
    ] = True,
    heartbeat: HeartbeatOption = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only check whether the worker with this heartbeat is alive.")
    ] = False,
    log_json: LogJsonOption = False,
) -> None:
    """Do what waits, as the edge functions do. Several workers may run: each piece of work is done by one of them.

    Files: checks them as check-attachment does. When the scanner does not answer, files wait; they are never taken as
    clean. It needs the extra [worker].

    Vectors: makes them as embed-articles does, at the endpoint EMBEDDINGS_BASE_URL with the model EMBEDDINGS_MODEL
    (and the key EMBEDDINGS_API_KEY), else with the local stack's model.

    The assistant: carries runs out as suggest-reply and triage-ticket do, with the language model at OPENAI_BASE_URL
    (the key is OPENAI_API_KEY, the model OPENAI_MODEL or the setting chat_model). It needs the extra [assistant].

    Webhooks: sends what waits in the outbox, as the function deliver does. It looks each second. With
    HELPDESK_MAIL_URL (and HELPDESK_MAIL_USER, HELPDESK_MAIL_PASSWORD) it sends mails, too; without, those of a local
    stack that runs here go to its own mailbox.

    Mails that arrived: parses what the function email-in or another receiver has left, and places files. winmail.dat
    needs the extra [mail]. --fetch-mail receives those of a mailbox: HELPDESK_IMAP_URL and the others of helpdesk mail
    fetch.

    SIGTERM and Ctrl-C let it finish what it has begun; what takes longer than five seconds is given back.

    --check ends with 0 when the heartbeat is young and the helpdesk answers, else with 1 or 6: the health check of a
    container.

    For example: helpdesk worker --assistant --embed
    """
    if log_json:
        apply_options(json=True)
    if not target().is_system:
        raise CliError("The worker needs the secret key", SYSTEM_HINT, ExitCode.FORBIDDEN)
    if check:
        _check(heartbeat)
        return
    from ._work.duties import carry_out
    from ._work.heartbeat import Heartbeat
    from ._work.log import collected

    with ExitStack() as open_things:
        if log_json:
            open_things.enter_context(collected())
        files = files or not (embed or assistant or deliver or finish_mail or fetch_mail)
        mail = (finish_mail, fetch_mail)
        duties = _duties(open_things, files, embed, assistant, deliver, mail, model_timeout, clamav, sweep)
        carry_out(duties, interval=interval, once=once, heartbeat=Heartbeat(heartbeat))


def _check(heartbeat: Path | None) -> None:
    """Whether the worker is alive, and the helpdesk answers to it.

    Raises:
        CliError: The heartbeat is missing or too old.
        HelpdeskError: The helpdesk does not answer, or refuses the key.
    """
    from ._work.heartbeat import OLDEST, age

    seconds = None if heartbeat is None else age(heartbeat)
    if heartbeat is not None and (seconds is None or seconds > OLDEST):
        found = "is missing" if seconds is None else f"is {seconds:.0f} seconds old"
        hint = "It has just started, has ended, or one of its duties is stuck; its log says more."
        raise CliError(f"The worker gives no sign of life: {heartbeat} {found}", hint)
    with client(target(), timeout=_CHECK_TIMEOUT) as hd:
        hd.settings.get()
    sign = "" if seconds is None else f"The worker gave a sign of life {seconds:.0f} seconds ago. "
    print_result(f"{sign}The helpdesk answers.", json={"heartbeat_age": seconds, "answers": True})


def _duties(
    open_things: ExitStack,
    files: bool,
    embed: bool,
    assistant: bool,
    deliver: bool,
    mail: tuple[bool, bool],
    model_timeout: float,
    clamav: str | None,
    sweep: bool,
) -> list[Duty]:
    from helpdesk_sdk.checks import parse_address

    scanner = parse_address(clamav) if clamav else None
    hd = open_things.enter_context(connect())
    duties: list[Duty] = []
    if files:
        from ._work.files import Files

        duties.append(Files(hd, scanner, sweep=sweep))
    if deliver:
        from ._work.deliveries import Deliveries
        from ._work.mails import Mails, make_transport_from_env

        duties += [Deliveries(hd, "webhook"), Deliveries(hd, "slack")]
        make_transport = make_transport_from_env(target().url)
        if make_transport is not None:
            duties.append(Mails(hd, make_transport))
    finishes_mail, fetches_mail = mail
    if finishes_mail:
        from ._work.arrivals import Arrivals

        duties.append(Arrivals(hd))
    if fetches_mail:
        from ._work.mailboxes import Mailboxes, configured_mailbox

        duties.append(Mailboxes(hd, configured_mailbox()))
    endpoint = _endpoint(open_things, is_needed=embed) if embed or assistant else None
    if embed and endpoint is not None:
        from ._work.embedding import Vectors

        duties.append(Vectors(hd, endpoint))
    if assistant:
        from ._work.runs import Runs

        runs = Runs(hd, endpoint, model_timeout)
        open_things.callback(runs.close)
        duties.append(runs)
    return duties


def _endpoint(open_things: ExitStack, *, is_needed: bool) -> EmbeddingEndpoint | None:
    from ._connect.vectors import embedding_endpoint

    found = embedding_endpoint(target())
    if found is not None:
        return open_things.enter_context(found)
    if is_needed:
        hint = "Set EMBEDDINGS_BASE_URL and EMBEDDINGS_MODEL, and EMBEDDINGS_API_KEY if it wants a key."
        raise CliError("--embed needs an endpoint for embeddings", hint, ExitCode.USAGE)
    return None
