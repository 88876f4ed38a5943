"""The tests of a product with a helpdesk in it: the real page, the real rules, a new helpdesk for each test."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx

from helpdesk_sdk.testing import Clock, Factory, MakeClient, Person


async def _sign_in(shop: httpx.AsyncClient, person: Person) -> None:
    answer = await shop.post("/login", json={"email": person.email, "password": person.password})
    assert answer.status_code == 204


async def test_a_customer_reads_the_answer_of_support(
    shop: httpx.AsyncClient, helpdesk_factory: Factory, as_agent: MakeClient
) -> None:
    await _sign_in(shop, helpdesk_factory.person(name="Mei"))
    opened = (await shop.post("/tickets", json={"title": "Parcel is lost"})).json()
    as_agent("Cem").messages.reply(opened["number"], "We have asked the carrier.")
    shown = (await shop.get(f"/tickets/{opened['number']}")).json()
    assert [(message["by"], message["body"]) for message in shown["messages"]] == [
        ("Cem", "We have asked the carrier.")
    ]
    assert shown["status"] == "pending"


async def test_another_customers_ticket_does_not_exist(shop: httpx.AsyncClient, helpdesk_factory: Factory) -> None:
    ticket = helpdesk_factory.ticket()
    await _sign_in(shop, helpdesk_factory.person())
    assert (await shop.get(f"/tickets/{ticket.number}")).status_code == 404


async def test_notes_stay_inside(shop: httpx.AsyncClient, helpdesk_factory: Factory) -> None:
    mei = helpdesk_factory.person()
    ticket = helpdesk_factory.ticket(requester=mei)
    helpdesk_factory.note(ticket, "She called twice.")
    await _sign_in(shop, mei)
    assert "called" not in (await shop.get(f"/tickets/{ticket.number}")).text


async def test_the_page_shows_when_a_ticket_was_opened(
    shop: httpx.AsyncClient, helpdesk_factory: Factory, helpdesk_clock: Clock
) -> None:
    helpdesk_clock.freeze(datetime(2027, 3, 1, 9, tzinfo=UTC))
    mei = helpdesk_factory.person()
    helpdesk_factory.ticket("Old", requester=mei)
    helpdesk_clock.advance(timedelta(days=1))
    helpdesk_factory.ticket("New", requester=mei)
    await _sign_in(shop, mei)
    shown = {ticket["title"]: ticket["created_at"][:10] for ticket in (await shop.get("/tickets")).json()}
    assert shown == {"New": "2027-03-02", "Old": "2027-03-01"}
