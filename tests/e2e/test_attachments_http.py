"""The files of tickets over HTTP, at the real Storage of the local stack: everybody, every state, every verb."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.db.matrix.over_http import Api
from tests.db.people import (
    ADMIN,
    AGENT,
    ANONYMOUS,
    CUSTOMER,
    GONE,
    LEFT,
    NOBODY,
    OTHER,
    SERVICE,
    STRANGER,
    Person,
)

PEOPLE = (ANONYMOUS, NOBODY, GONE, LEFT, CUSTOMER, OTHER, AGENT, STRANGER, ADMIN)
STATES = ("reserved", "uploaded", "clean", "rejected", "expired", "deleted", "unchecked")
BUCKET = "helpdesk-attachments"
CONTENT = b"hello"


def storage(api: Api, person: Person, method: str, path: str, **more: Any) -> httpx.Response:
    headers = api.headers(person) | more.pop("headers", {})
    return api.http.request(method, f"/storage/v1{path}", headers=headers, **more)


def rpc(api: Api, person: Person, name: str, **arguments: Any) -> dict[str, Any]:
    answer = api.request(person, "POST", f"/rpc/{name}", json=arguments)
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()
    return found


def reserve(api: Api, person: Person, ticket: str, **more: Any) -> tuple[str, str]:
    """The id and the key of a file that the person has announced."""
    given = {"file_name": "a.txt", "content_type": "text/plain", "size": len(CONTENT), "placement": "message"} | more
    file = rpc(api, person, "reserve_attachment", ticket_id=api.world[ticket], **given)["attachment_id"]
    return file, f"tickets/{api.world[ticket]}/{file}"


def upload(api: Api, person: Person, key: str, **headers: str) -> httpx.Response:
    headers = {"content-type": "text/plain"} | headers
    return storage(api, person, "POST", f"/object/{BUCKET}/{key}", headers=headers, content=CONTENT)


@pytest.fixture(scope="module")
def sent(api: Api) -> tuple[str, str]:
    """A file that the customer has sent with a message: its id and its key."""
    file, key = reserve(api, CUSTOMER, "mine")
    assert upload(api, CUSTOMER, key).is_success
    assert rpc(api, CUSTOMER, "finish_attachment", attachment_id=file)["state"] == "uploaded"
    rpc(api, CUSTOMER, "send_reply", ticket_id=api.world["mine"], body="See", attachments=[file])
    return file, key


def given(api: Api, file: str, state: str) -> None:
    """Put the file into a state, however it may have come there."""
    api.db.execute(
        "update helpdesk.attachments set state = %s, expires_at = now() + interval '1 day' where attachment_id = %s",
        (state, file),
    )
    api.db.commit()


def object_row(api: Api, key: str) -> tuple[Any, ...]:
    row = api.db.execute("select id, version, name, metadata from storage.objects where name = %s", (key,)).fetchone()
    api.db.commit()
    assert row is not None
    return tuple(map(str, row.values()))


@pytest.mark.parametrize("state", STATES)
def test_reading(api: Api, sent: tuple[str, str], state: str) -> None:
    file, key = sent
    given(api, file, state)
    folder = key.rpartition("/")[0]
    for person in PEOPLE:
        may = state == "clean" and person in (CUSTOMER, AGENT, ADMIN)
        found = {
            "authenticated": storage(api, person, "GET", f"/object/authenticated/{BUCKET}/{key}"),
            "plain": storage(api, person, "GET", f"/object/{BUCKET}/{key}"),
            "info": storage(api, person, "GET", f"/object/info/authenticated/{BUCKET}/{key}"),
            "sign": storage(api, person, "POST", f"/object/sign/{BUCKET}/{key}", json={"expiresIn": 60}),
        }
        assert {name: answer.is_success for name, answer in found.items()} == dict.fromkeys(found, may), str(person)
        assert storage(api, person, "HEAD", f"/object/authenticated/{BUCKET}/{key}").is_success is may
        assert not storage(api, person, "GET", f"/object/public/{BUCKET}/{key}").is_success
        many = storage(api, person, "POST", f"/object/sign/{BUCKET}", json={"expiresIn": 60, "paths": [key]})
        assert bool(many.is_success and many.json()[0].get("signedURL")) is may
        for prefix in (folder, "tickets", ""):
            listed = storage(api, person, "POST", f"/object/list/{BUCKET}", json={"prefix": prefix, "limit": 100})
            names = [entry["name"] for entry in listed.json()] if listed.is_success else []
            if prefix == folder:
                assert (file in names) is may, str(person)
        if may:
            url = found["sign"].json()["signedURL"]
            answer = api.http.get(f"/storage/v1{url}&download=..%2Fa%22b.txt")
            assert answer.content == CONTENT
            assert answer.headers["content-disposition"].startswith("attachment; filename=..%2Fa%22b.txt;")


@pytest.mark.parametrize("state", STATES)
def test_changing(api: Api, sent: tuple[str, str], state: str) -> None:
    file, key = sent
    given(api, file, state)
    free, target = reserve(api, CUSTOMER, "mine")
    before = object_row(api, key)
    for person in PEOPLE:
        move = {"bucketId": BUCKET, "sourceKey": key, "destinationKey": f"tickets/{api.world['mine']}/{uuid4()}"}
        tries = {
            "again": upload(api, person, key),
            "upsert": upload(api, person, key, **{"x-upsert": "true"}),
            "put": storage(api, person, "PUT", f"/object/{BUCKET}/{key}", content=b"other"),
            "move": storage(api, person, "POST", "/object/move", json=move),
            "copy": storage(api, person, "POST", "/object/copy", json=move),
            "sign an upload": storage(api, person, "POST", f"/object/upload/sign/{BUCKET}/{key}", json={}),
            "sign an upsert": storage(
                api, person, "POST", f"/object/upload/sign/{BUCKET}/{key}", headers={"x-upsert": "true"}, json={}
            ),
            "empty": storage(api, person, "POST", f"/bucket/{BUCKET}/empty", json={}),
            "publish": storage(api, person, "PUT", f"/bucket/{BUCKET}", json={"public": True}),
            "drop": storage(api, person, "DELETE", f"/bucket/{BUCKET}"),
        }
        done = {name for name, answer in tries.items() if answer.is_success}
        # A signed upload of one's own reservation says nothing yet: the object is there already.
        allowed = {"sign an upload"} if state == "reserved" and person == CUSTOMER else set()
        assert done <= allowed, f"{person}: {done}"
        removed = storage(api, person, "DELETE", f"/object/{BUCKET}", json={"prefixes": [key]})
        assert not removed.is_success or removed.json() == [], str(person)
        assert not storage(api, person, "DELETE", f"/object/{BUCKET}/{key}").is_success
    assert object_row(api, key) == before
    public = api.db.execute("select public from storage.buckets where id = %s", (BUCKET,)).fetchone()
    api.db.commit()
    assert public == {"public": False}
    rpc(api, CUSTOMER, "delete_attachment", attachment_id=free)
    assert target.endswith(free)


def test_uploading(api: Api) -> None:
    file, key = reserve(api, CUSTOMER, "mine")
    ticket = api.world["mine"]
    for person in PEOPLE:
        if person != CUSTOMER:
            assert not upload(api, person, key).is_success, str(person)
            assert not storage(api, person, "POST", f"/object/upload/sign/{BUCKET}/{key}", json={}).is_success
        wrong = (
            *(f"tickets/{ticket}/{uuid4()}", f"{key}/x", f"x/{key}", "a.txt", f"tickets/{api.world['theirs']}/{file}"),
            *(key.upper(), f"tickets%2F..%2F{key}", f"tickets/{ticket}/..%2F..%2F{key}"),
        )
        for name in wrong:
            assert not upload(api, person, name).is_success, f"{person}: {name}"
    assert upload(api, CUSTOMER, key).is_success
    assert upload(api, CUSTOMER, key).json()["statusCode"] == "409"


def test_what_storage_refuses_itself(api: Api) -> None:
    limit = 25 * 1024 * 1024
    file, key = reserve(api, CUSTOMER, "mine", size=limit)
    answer = storage(
        api, CUSTOMER, "POST", f"/object/{BUCKET}/{key}", headers={"content-type": "image/svg+xml"}, content=b"<svg/>"
    )
    assert answer.json()["statusCode"] == "415"
    body = bytes(limit + 1)
    answer = storage(
        api, CUSTOMER, "POST", f"/object/{BUCKET}/{key}", headers={"content-type": "text/plain"}, content=body
    )
    assert answer.json()["statusCode"] == "413"
    rpc(api, CUSTOMER, "delete_attachment", attachment_id=file)


def test_a_signed_upload_of_something_else_is_rejected(api: Api) -> None:
    """Its token is redeemed without a policy: another type and size, and later than the reservation."""
    file, key = reserve(api, CUSTOMER, "mine")
    signed = storage(api, CUSTOMER, "POST", f"/object/upload/sign/{BUCKET}/{key}", json={}).json()["url"]
    answer = api.http.put(f"/storage/v1{signed}", headers={"content-type": "image/png"}, content=b"\x89PNG and more")
    assert answer.is_success, answer.text
    done = rpc(api, CUSTOMER, "finish_attachment", attachment_id=file)
    assert (done["state"], done["reason"]) == ("rejected", "size_mismatch")
    assert not storage(api, CUSTOMER, "GET", f"/object/authenticated/{BUCKET}/{key}").is_success


def test_another_object_in_the_place_of_a_clean_file_is_nobodys(api: Api) -> None:
    file, key = reserve(api, CUSTOMER, "mine")
    signed = storage(api, CUSTOMER, "POST", f"/object/upload/sign/{BUCKET}/{key}", json={}).json()["url"]
    assert upload(api, CUSTOMER, key).is_success
    rpc(api, CUSTOMER, "finish_attachment", attachment_id=file)
    rpc(api, SERVICE, "settle_attachment", attachment_id=file, state="clean", sha256="0" * 64, size=len(CONTENT))
    assert storage(api, CUSTOMER, "GET", f"/object/authenticated/{BUCKET}/{key}").content == CONTENT
    # The host removes the object; the token of the upload still lives.
    assert storage(api, SERVICE, "DELETE", f"/object/{BUCKET}", json={"prefixes": [key]}).is_success
    again = api.http.put(f"/storage/v1{signed}", headers={"content-type": "text/plain"}, content=b"other")
    assert again.is_success, again.text
    assert not storage(api, CUSTOMER, "GET", f"/object/authenticated/{BUCKET}/{key}").is_success
    lost = rpc(api, SERVICE, "settle_attachment", attachment_id=file, state="clean", sha256="0" * 64, size=len(CONTENT))
    assert (lost["state"], lost["reason"]) == ("rejected", "file_lost")


def test_the_function_that_checks_says_nothing(api: Api, sent: tuple[str, str]) -> None:
    file, _ = sent
    given(api, file, "clean")
    for person, id in ((OTHER, file), (STRANGER, str(uuid4())), (CUSTOMER, "no id")):
        answer = api.http.post(
            "/functions/v1/check-attachment", headers=api.headers(person), json={"attachment_id": id}
        )
        assert answer.status_code == 200, answer.text
        assert set(answer.json()) == {"leased"}
    answer = api.http.post("/functions/v1/check-attachment", json={"attachment_id": file})
    assert answer.status_code == 401
