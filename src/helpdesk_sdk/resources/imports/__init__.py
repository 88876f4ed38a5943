"""Imports: another helpdesk's tickets, people, teams and fields, with their times and authors."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from pydantic import TypeAdapter

from ... import _validation as check
from ..._http.flow import Flow, Reply
from ..._http.resource import Driver, Resource, call
from ...errors import ForbiddenError, LocalFileError
from ...imports.desks import CsvTable, FreshdeskExport, HelpdeskExport, Source, ZendeskExport, read_mapping
from ...models.imports import Comparison, ImportRun, ImportSummary
from .comparing import compare_export
from .running import Progress, run_import

_RUNS = TypeAdapter(list[ImportRun])


class Imports(Resource[Driver]):
    """``hd.imports``: move in from another helpdesk. For admins and the secret key.

    An import is silent: nobody receives anything, nothing is classified, no rule runs. Repeated, it changes what has
    changed in the source, and nothing else. Interrupted, even by a crash, it goes on when it is called again.
    """

    @call
    def zendesk(
        self,
        path: str | os.PathLike[str],
        *,
        account: str = "zendesk",
        statuses: Mapping[str, str] | None = None,
        types: Mapping[str, str] | None = None,
        include_deleted: bool = False,
        files: str | os.PathLike[str] | None = None,
        dry_run: bool = False,
        skip_unreadable: bool = False,
        stage: str | os.PathLike[str] | None = None,
        on_progress: Callable[[Progress], object] | None = None,
    ) -> Flow[ImportSummary]:
        """Import the export of a Zendesk account: JSON lines, arrays or pages of its API, plain or gzip.

        Args:
            path: A file, or a folder with files of tickets, comments, users, groups and ticket fields, in any mix.
            account: A name for the account: ids are unique within it. Name it when you import from several.
            statuses: What statuses become that are not Zendesk's own, e.g. ``{"waiting": "pending"}``.
            types: The tags for types that are not Zendesk's own.
            include_deleted: Whether to import deleted tickets, as closed ones.
            files: A folder with the attachments, each named by its id. It needs the secret key. They wait for their
                check as every file. None to leave them with Zendesk.
            dry_run: Whether to write nothing, and report what would be done.
            skip_unreadable: Whether to import the rest when a file cannot be read to its end.
            stage: The file that keeps what was read and how far the import has come; by default beside ``path``. It is
                removed at the end.
            on_progress: Called after each step.

        Raises:
            LocalFileError: There is no such file or folder, or the stage cannot be written.
            ForbiddenError: You are not an admin; or there are ``files``, and the client has no secret key.
        """
        self._check_files(files)
        export = ZendeskExport(
            path,
            account,
            statuses=statuses,
            types=types,
            include_deleted=check.boolean("include_deleted", include_deleted),
            files=files,
        )
        return (yield from run_import(self, export, dry_run, skip_unreadable, stage, on_progress))

    @call
    def csv(
        self,
        path: str | os.PathLike[str],
        *,
        name: str = "csv",
        mapping: str | os.PathLike[str] | None = None,
        default_requester: str | None = None,
        time_zone: str | None = None,
        time_format: str | None = None,
        encoding: str | None = None,
        separator: str | None = None,
        verified: bool = False,
        default_created: str | None = None,
        max_teams: int = 50,
        dry_run: bool = False,
        skip_unreadable: bool = False,
        stage: str | os.PathLike[str] | None = None,
        on_progress: Callable[[Progress], object] | None = None,
    ) -> Flow[ImportSummary]:
        """Import a CSV file of tickets, one row for each.

        Args:
            path: The file, with a header.
            name: A name for the table: ids are unique within it. Name it when you import several.
            mapping: A TOML file that says which column is what; None for the usual names.
            default_requester: The e-mail address of the requester of rows that name none. They need not exist.
            time_zone: The zone of times without an offset, e.g. ``Europe/Berlin``. It is never guessed.
            time_format: How times are written, as for ``strptime``; None for ISO 8601.
            encoding: The encoding, e.g. ``cp1252``; None for UTF-8.
            separator: What stands between two cells; None to find out by the header.
            verified: Whether the addresses were verified: only then rows join people who have a login here.
            default_created: The creation time of rows that have none, in ISO 8601 with its zone.
            max_teams: How many teams the rows may name. A column with more is not that of teams.
            dry_run: Whether to write nothing, and report what would be done.
            skip_unreadable: Whether to import the rows before a place that cannot be read.
            stage: The file that keeps how far the import has come; by default beside ``path``.
            on_progress: Called after each step.

        Raises:
            LocalFileError: There is no such file, or the stage cannot be written.
            ConfigurationError: A column is missing, there are more teams than ``max_teams``, or times have no zone and
                ``time_zone`` is not given.
            ForbiddenError: You are not an admin.
        """
        table = CsvTable(
            path,
            name,
            mapping=read_mapping(None if mapping is None else Path(mapping), zone=time_zone, time_format=time_format),
            requester=default_requester,
            encoding=encoding,
            separator=separator,
            verified=check.boolean("verified", verified),
            created=default_created,
            max_teams=check.integer("max_teams", max_teams, 0, 100_000),
        )
        return (yield from run_import(self, table, dry_run, skip_unreadable, stage, on_progress))

    @call
    def freshdesk(
        self,
        path: str | os.PathLike[str],
        *,
        account: str = "freshdesk",
        statuses: Mapping[str, str] | None = None,
        files: str | os.PathLike[str] | None = None,
        dry_run: bool = False,
        skip_unreadable: bool = False,
        stage: str | os.PathLike[str] | None = None,
        on_progress: Callable[[Progress], object] | None = None,
    ) -> Flow[ImportSummary]:
        """Import the export of a Freshdesk account: JSON lines, arrays or pages of its API, plain or gzip.

        Args:
            path: A file, or a folder with files of tickets, conversations, contacts, agents, groups and ticket fields.
            account: A name for the account: ids are unique within it. Name it when you import from several.
            statuses: What the number of a status of your own becomes, e.g. ``{"6": "pending"}``.
            files: A folder with the attachments, each named by its id. It needs the secret key. They wait for their
                check as every file. None to leave them with Freshdesk.
            dry_run: Whether to write nothing, and report what would be done.
            skip_unreadable: Whether to import the rest when a file cannot be read to its end.
            stage: The file that keeps what was read and how far the import has come; by default beside ``path``.
            on_progress: Called after each step.

        Raises:
            LocalFileError: There is no such file or folder, or the stage cannot be written.
            ForbiddenError: You are not an admin; or there are ``files``, and the client has no secret key.
        """
        self._check_files(files)
        export = FreshdeskExport(path, account, statuses=statuses, files=files)
        return (yield from run_import(self, export, dry_run, skip_unreadable, stage, on_progress))

    @call
    def helpdesk(
        self,
        path: str | os.PathLike[str],
        *,
        name: str = "helpdesk",
        files: str | os.PathLike[str] | None = None,
        give_roles: bool = False,
        dry_run: bool = False,
        skip_unreadable: bool = False,
        stage: str | os.PathLike[str] | None = None,
        on_progress: Callable[[Progress], object] | None = None,
    ) -> Flow[ImportSummary]:
        """Import what ``helpdesk export`` wrote: tickets with messages and notes, people, teams and fields.

        Links and merges come along. Tickets keep their numbers as far as these are free. Logins are left out.

        Args:
            path: A file, or a folder with a whole export and those that followed it: of a ticket, the newest line
                counts.
            name: A name for that helpdesk: ids are unique within it. Name it when you import from several.
            files: The folder of ``helpdesk export --files``, too. It needs the secret key. They wait for
                their check as every file.
            give_roles: Whether agents and admins of the export are agents and admins here, in the same teams, once they
                sign in. Whoever has a login or a role here keeps the role they have. Only with an export that nobody
                else could have changed.
            dry_run: Whether to write nothing, and report what would be done.
            skip_unreadable: Whether to import the rest when a file cannot be read to its end.
            stage: The file that keeps what was read and how far the import has come; by default beside ``path``. It is
                removed at the end.
            on_progress: Called after each step.

        Raises:
            LocalFileError: There is no such file or folder, or the stage cannot be written.
            ForbiddenError: You are not an admin; or there are ``files``, and the client has no secret key.
        """
        self._check_files(files)
        export = HelpdeskExport(path, name, files)
        return (yield from run_import(self, export, dry_run, skip_unreadable, stage, on_progress, give_roles))

    @call
    def compare(
        self,
        path: str | os.PathLike[str],
        *,
        name: str = "helpdesk",
        on_progress: Callable[[Progress], object] | None = None,
    ) -> Flow[Comparison]:
        """Compare what ``helpdesk export`` wrote with what is here, after its import: value by value.

        Of tickets: all values, messages, notes, links, merges and files. The time of the last change and counts of
        changes are not compared.

        Args:
            path: A file, or a folder with a whole export and those that followed it.
            name: The name under which it was imported.
            on_progress: Called after each step.

        Raises:
            LocalFileError: There is no such file or folder, or it cannot be read to its end.
            ForbiddenError: You are not an admin.
        """
        return (yield from compare_export(self, HelpdeskExport(path, name), on_progress or (lambda _: None)))

    @call
    def run(
        self,
        source: Source,
        *,
        dry_run: bool = False,
        skip_unreadable: bool = False,
        stage: str | os.PathLike[str] | None = None,
        on_progress: Callable[[Progress], object] | None = None,
    ) -> Flow[ImportSummary]:
        """Import from a reader, for example one of your own.

        Args:
            source: The reader: see ``helpdesk_sdk.imports.desks.Source``.
            dry_run: Whether to write nothing, and report what would be done.
            skip_unreadable: Whether to import the rest when a file cannot be read to its end.
            stage: The file that keeps what was read and how far the import has come; by default beside the source.
            on_progress: Called after each step.

        Raises:
            LocalFileError: The source cannot be read, or the stage cannot be written.
            ForbiddenError: You are not an admin.
        """
        return (yield from run_import(self, source, dry_run, skip_unreadable, stage, on_progress))

    def _check_files(self, files: str | os.PathLike[str] | None) -> None:
        if files is None:
            return
        if not self._session_store.is_system:
            raise ForbiddenError(hint="Files are imported with the secret key: Helpdesk(url, secret_key).")
        if not Path(files).is_dir():
            raise LocalFileError(f"{os.fspath(files)} is no folder")

    @call
    def list(self, *, limit: int = 50) -> Flow[list[ImportRun]]:
        """The newest runs, with what each has written and its report.

        Args:
            limit: How many at most, 1 to 1,000.

        Raises:
            ForbiddenError: You are not an admin.
        """
        reply: Reply = yield self._rpc_read("list_imports", max_rows=check.integer("limit", limit, 1, 1000))
        return _RUNS.validate_python(reply.value(_List))


_List = list
