"""Where a webhook may go: one list of cases for Python, TypeScript and the database."""

from __future__ import annotations

import json
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from helpdesk_sdk.delivery.targets import TargetError, addresses, is_public, parse

CASES: dict[str, list[Any]] = json.loads((Path(__file__).parents[1] / "functions" / "webhook_targets.json").read_text())


@pytest.mark.parametrize("case", CASES["urls"], ids=lambda case: repr(case["url"])[:60])
def test_a_url(case: dict[str, Any]) -> None:
    allow_loopback = case.get("allow_loopback", False)
    if not case["ok"]:
        with pytest.raises(TargetError):
            parse(case["url"], allow_loopback=allow_loopback)
        return
    target = parse(case["url"], allow_loopback=allow_loopback)
    assert (target.host, target.port, target.path) == (case["host"], case["port"], case["path"])


def test_addresses() -> None:
    wrong = [case for case in CASES["addresses"] if is_public(case["address"]) != case["public"]]
    assert not wrong
    assert not [text for text in CASES["not_addresses"] if is_public(text)]


def test_each_kind_of_address_that_is_not_public_is_among_the_cases() -> None:
    kinds = {case.get("why", "").partition(" ")[0] for case in CASES["addresses"]}
    assert kinds >= {"private", "loopback", "link-local", "CGNAT", "ULA", "multicast", "reserved", "metadata"}
    assert kinds >= {"NAT64", "6to4", "mapped", "compatible", "Teredo", "unspecified", "broadcast"}


@pytest.mark.parametrize("case", CASES["answers"], ids=lambda case: ",".join(case["found"]) or "nothing")
def test_one_address_that_is_not_public_is_enough(case: dict[str, Any]) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(f"{host}:{port}")
        found: list[str] = case["found"]
        return found

    target = parse("https://example.com:8443/hooks")
    if case["ok"]:
        assert list(addresses(target, resolve)) == case["found"]
    else:
        with pytest.raises(TargetError) as caught:
            addresses(target, resolve)
        # Who reads the log of deliveries learns nothing about the network.
        assert not any(address in str(caught.value) for address in case["found"])
    assert asked == ["example.com:8443"]


def test_a_name_that_nobody_knows_has_no_address() -> None:
    def unknown(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    with pytest.raises(TargetError, match="has no address"):
        addresses(parse("https://example.com/"), unknown)


def test_an_address_needs_no_name_server_and_this_computer_is_itself() -> None:
    def nobody(host: str, port: int) -> Sequence[str]:
        raise AssertionError(host)

    assert addresses(parse("https://1.1.1.1/"), nobody) == ("1.1.1.1",)
    assert addresses(parse("https://[2606:4700::1111]:8443/"), nobody) == ("2606:4700::1111",)
    assert addresses(parse("http://localhost:9000/", allow_loopback=True), nobody) == ("127.0.0.1", "::1")
    assert addresses(parse("http://[::1]:9000/", allow_loopback=True), nobody) == ("::1",)
    assert parse("https://[2606:4700::1111]:8443/").authority == "[2606:4700::1111]:8443"
    assert parse("https://example.com/").authority == "example.com"
