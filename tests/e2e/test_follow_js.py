"""supabase-js follows the helpdesk live, without a line of ours: each event once, in order, across a restart."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from deno import find_deno_bin  # type: ignore[import-untyped]
from tests.e2e.programs import EXAMPLES, environment, run
from tests.sdk.stream_support import proxy

from helpdesk_sdk import LATEST

if TYPE_CHECKING:
    from helpdesk_sdk import Helpdesk
    from helpdesk_sdk.testing import Person, Project

FOLLOW = EXAMPLES / "supabase_js" / "follow.ts"


def program(*arguments: str) -> list[str]:
    """How to run it, with nothing but the network that it needs."""
    deno = os.fsdecode(find_deno_bin())
    run([deno, "install", "--quiet", "--frozen", f"--config={FOLLOW.with_name('deno.json')}"], os.environ)
    narrow = ["--no-prompt", "--frozen", "--cached-only", "--allow-env", "--allow-net=127.0.0.1"]
    return [deno, "run", "-q", *narrow, str(FOLLOW), *arguments]


@contextmanager
def following(project: Project, person: Person, *cursor: str) -> Iterator[Iterator[list[str]]]:
    """The running program; its lines, each in words, from its first event on."""
    process = subprocess.Popen(
        program(*cursor), env=environment(project, person), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline().startswith("following from ")
        yield (line.split() for line in process.stdout)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.mark.parametrize("role", ["customer", "agent", "admin"])
def test_supabase_js_follows_what_its_person_may_see(helpdesk_project: Project, system: Helpdesk, role: str) -> None:
    mei = helpdesk_project.add_person("customer", name="Mei")
    ana = helpdesk_project.add_person("agent", name="Ana", teams=("Repairs",))
    watcher = {"customer": mei, "agent": ana}.get(role) or helpdesk_project.add_person("admin", name="Noor")
    told = ["ticket.created", "note.created", "message.created"]
    if role == "customer":
        told.remove("note.created")
    with following(helpdesk_project, watcher) as lines:
        ticket = system.tickets.create("Parcel is lost", requester=mei.user_id, team="Repairs")
        system.notes.add(ticket, "The third one on this route.")
        system.messages.reply(ticket, "We have asked the carrier.")
        seen = [next(lines) for _ in told]
    assert [words[1:3] for words in seen] == [[kind, str(ticket.number)] for kind in told]
    system.messages.reply(ticket, "It is on its way.", expected_last_message=LATEST)
    with following(helpdesk_project, watcher, seen[-1][0]) as lines:
        missed = [next(lines) for _ in range(2)]
    assert [words[1] for words in missed] == ["ticket.status_changed", "message.created"]


async def test_supabase_js_goes_on_after_a_lost_connection_and_in_a_new_team(
    helpdesk_project: Project, system: Helpdesk
) -> None:
    ana = helpdesk_project.add_person("agent", name="Ana", teams=("Repairs",))
    mei = helpdesk_project.add_person("customer", name="Mei")
    system.teams.create("Billing")

    def opened(team: str) -> str:
        return str(system.tickets.create("Parcel is lost", requester=mei.user_id, team=team).number)

    async with proxy(int(helpdesk_project.url.rpartition(":")[2])) as wire:
        process = await asyncio.create_subprocess_exec(
            *program(),
            env=environment(helpdesk_project, ana) | {"HELPDESK_URL": wire.url},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        assert process.stderr is not None

        async def told() -> list[bytes]:
            assert process.stdout is not None
            return (await asyncio.wait_for(process.stdout.readline(), 60)).split()

        try:
            assert (await told())[0] == b"following"
            first = await asyncio.to_thread(opened, "Repairs")
            assert (await told())[2].decode() == first
            wire.cut()
            missed = [await asyncio.to_thread(opened, "Repairs") for _ in range(3)]
            # It has noticed, and waits.
            while not (await asyncio.wait_for(process.stderr.readline(), 60)).startswith(b"waiting: "):
                continue
            wire.restore()
            assert [(await told())[2].decode() for _ in missed] == missed
            await asyncio.to_thread(system.teams.add_member, "Billing", ana.user_id)
            async with asyncio.timeout(60):
                assert await asyncio.to_thread(opened, "Billing") == (await told())[2].decode()
        finally:
            process.kill()
            await process.communicate()
