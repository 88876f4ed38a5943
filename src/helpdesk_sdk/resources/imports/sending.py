"""Batches: sent, and their results kept in the stage, in one transaction for each batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from ..._http.flow import Flow, Reply
from ..._http.resource import Resource
from ...errors import ApiError, LocalFileError, StatementTimeoutError
from ...imports.desks import Item, Problem, Stage
from ...imports.desks.items import row_sum
from ...imports.desks.source import microseconds
from ...models.attachments import Attachment
from .._files import opened
from .._uploads import bring

_THERE = frozenset({"created", "updated", "unchanged"})
Result = tuple[str, str, str, str | None, int | None]


class Sender:
    """Sends items, and remembers what became of them.

    Args:
        resource: Makes the requests.
        stage: Keeps the results.
        source: The source's name.
        run_id: The run; None to write nothing, and look only at what is known.
    """

    def __init__(self, resource: Resource[Any], stage: Stage, source: str, run_id: UUID | None) -> None:
        self._resource, self._stage, self._source, self._run_id = resource, stage, source, run_id
        self.field_keys: dict[str, str] = {}
        self._own: dict[str, str] = {}

    def knows(self, item: Item) -> bool:
        """Whether the item was sent before this import was interrupted."""
        found = self._stage.result(item.kind, item.external_id)
        if found is None or found[0] == "refused":
            return found is not None
        if item.kind == "field" and found[1] is not None:
            self.field_keys[item.external_id] = found[1]
        return True

    def send(self, kind: str, items: Sequence[Item]) -> Flow[None]:
        """Send items of one kind; first the people whom nothing else names."""
        if not items:
            return
        stubs: dict[str, Item] = {}
        for item in items:
            for id, values in (item.values.pop("stubs", None) or {}).items():
                if self._stage.result("person", id) is None:
                    stubs[id] = Item("person", id, values, item.place)
        if stubs:
            yield from self.send("person", list(stubs.values()))
        described = {item.external_id: item.values.pop("description_of", None) for item in items}
        sent = [item.sent() for item in items]
        results = yield from self._results(kind, sent)
        if kind == "file":
            for item, result in zip(items, results, strict=True):
                yield from self._upload(item, result)
        self._stage.begin()
        try:
            for item, result in zip(items, results, strict=True):
                self._keep(kind, item, result, described[item.external_id])
        finally:
            self._stage.commit()

    def _upload(self, item: Item, result: dict[str, Any]) -> Flow[None]:
        """Bring the bytes of a file that was reserved. If that fails, the file is refused."""
        if (reserved := result.get("file")) is None or item.file is None:
            return
        try:
            with opened(item.file, reserved["file_name"], reserved["content_type"]) as found:
                yield from bring(self._resource, Attachment.model_validate(reserved), found)
        except (ApiError, LocalFileError) as error:
            result["outcome"] = "refused"
            code = error.reason if isinstance(error, ApiError) else "unreadable_file"
            result["error"] = {"details": code, "message": error.message, "hint": error.hint}

    def _results(self, kind: str, sent: list[dict[str, Any]]) -> Flow[list[dict[str, Any]]]:
        if self._run_id is None:
            return (yield from self._foresee(kind, sent))
        arguments = {"run_id": str(self._run_id), "kind": kind, "items": sent}
        reply: Reply = yield self._resource._rpc_write("import_batch", arguments, accepts=(StatementTimeoutError,))
        if reply.error is not None and len(sent) > 1:
            # Too much for one statement of this helpdesk.
            first = yield from self._results(kind, sent[: len(sent) // 2])
            return first + (yield from self._results(kind, sent[len(sent) // 2 :]))
        reply.raise_error()
        return list(reply.value(list))

    def _foresee(self, kind: str, sent: list[dict[str, Any]]) -> Flow[list[dict[str, Any]]]:
        arguments = {"source": self._source, "kind": kind, "external_ids": [one["external_id"] for one in sent]}
        reply: Reply = yield self._resource._rpc_write("known_imports", arguments)
        known = reply.value(dict)
        results = []
        for one in sent:
            before = known.get(one["external_id"])
            if one.get("is_dead") or (before or {}).get("is_dead"):
                outcome = "dead"
            elif before is None:
                outcome = "created"
            else:
                outcome = "unchanged" if before["hash"] == one["hash"] else "updated"
            results.append({"outcome": outcome, "id": None, "key": one.get("key")})
        return results

    def _keep(self, kind: str, item: Item, result: dict[str, Any], description_of: str | None) -> None:
        stage, outcome = self._stage, str(result["outcome"])
        own = result.get("id") or result.get("key")
        rows: list[Result] = []
        checksum: int | None = None
        if outcome == "refused":
            error = result["error"]
            code = (error.get("details") or error.get("code") or "").removeprefix("helpdesk.")
            message, hint = error.get("message") or "", error.get("hint") or ""
            stage.keep_problem(Problem(item.place, f"{kind} {item.external_id}", code, message, hint))
        elif outcome in _THERE:
            if kind == "field" and own is not None:
                self.field_keys[item.external_id] = own
            if kind == "ticket":
                checksum = self._ticket_sum(item)
                rows += self._comments(item, outcome)
            elif own is not None:
                checksum = row_sum(item.external_id, own)
        if outcome in _THERE and description_of is not None:
            rows.append(("description", description_of, outcome, None, None))
        if (flag := result.get("flag")) is not None:
            item.note(_FLAGS.get(flag, flag))
        for what, times in item.notes.items():
            stage.keep_note(what, times)
        stage.save_results([(kind, item.external_id, outcome, own, checksum), *rows])

    def _person(self, id: str | None) -> str:
        """The own id of a person."""
        if id is None:
            return ""
        if id not in self._own:
            if len(self._own) > 50_000:
                self._own.clear()
            found = self._stage.result("person", id)
            self._own[id] = (found[1] if found else None) or ""
        return self._own[id]

    def _ticket_sum(self, item: Item) -> int:
        values = item.values
        return row_sum(
            item.external_id,
            self._person(values["requester"]),
            microseconds(values["created_at"]),
            values["title"],
            values["description"],
        )

    def _comments(self, item: Item, outcome: str) -> Iterable[Result]:
        for one in item.values["comments"]:
            author, time = self._person(one["author"]), microseconds(one["created_at"])
            if one["public"]:
                checksum = row_sum(one["external_id"], author, time, one["author_kind"], one["body"])
            else:
                checksum = row_sum(one["external_id"], author, time, one["body"])
            yield "message" if one["public"] else "note", one["external_id"], outcome, None, checksum


_FLAGS = {
    "merged": "people joined with a person who has the same address",
    "email_unverified": "addresses left out: unverified, and of somebody here with a login or a role",
}
