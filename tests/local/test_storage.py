"""Storage: bytes go in and come out, in the stack's data directory, and only for those who may."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from storage3.exceptions import StorageApiError
from supabase import Client

from helpdesk_sdk.testing import Project

CONTENT = bytes(range(256)) * 40


@pytest.fixture
def owner(helpdesk_project_module: Project, supabase_client: Callable[[str, str], Client]) -> Client:
    return supabase_client(helpdesk_project_module.url, helpdesk_project_module.secret_key)


@pytest.fixture
def bucket(owner: Client) -> Any:
    """A private bucket."""
    name = f"bucket-{secrets.token_hex(4)}"
    owner.storage.create_bucket(name)
    return owner.storage.from_(name)


def test_a_file_is_kept_listed_and_removed(bucket: Any) -> None:
    bucket.upload("folder/räport.bin", CONTENT, {"content-type": "application/octet-stream"})
    assert bucket.download("folder/räport.bin") == CONTENT
    assert [entry["name"] for entry in bucket.list("folder")] == ["räport.bin"]
    bucket.remove(["folder/räport.bin"])
    with pytest.raises(StorageApiError):
        bucket.download("folder/räport.bin")


def test_a_signed_url_opens_one_file_without_a_key(bucket: Any) -> None:
    bucket.upload("a.txt", b"hello", {"content-type": "text/plain"})
    signed = bucket.create_signed_url("a.txt", 60)["signedURL"]
    answer = httpx.get(signed)
    assert (answer.status_code, answer.content) == (200, b"hello")
    assert httpx.get(signed + "x").status_code == 400


def test_a_private_file_is_not_for_everybody(
    bucket: Any, helpdesk_project_module: Project, supabase_client: Callable[[str, str], Client]
) -> None:
    bucket.upload("a.txt", b"secret", {"content-type": "text/plain"})
    visitor = supabase_client(helpdesk_project_module.url, helpdesk_project_module.publishable_key)
    with pytest.raises(StorageApiError):
        visitor.storage.from_(bucket.id).download("a.txt")
    with pytest.raises(StorageApiError):
        visitor.storage.from_(bucket.id).upload("b.txt", b"mine", {"content-type": "text/plain"})
    assert visitor.storage.from_(bucket.id).list() == []


def test_a_path_cannot_leave_its_bucket(bucket: Any, helpdesk_project_module: Project) -> None:
    address = f"{helpdesk_project_module.url}/storage/v1/object/{bucket.id}/%2e%2e%2f%2e%2e%2fsecrets.json"
    headers = {"apikey": helpdesk_project_module.secret_key, "content-type": "text/plain"}
    for method in ("GET", "POST"):
        answer = httpx.request(method, address, headers=headers, content=b"x" if method == "POST" else None)
        assert 400 <= answer.status_code < 500, answer.text


def test_a_key_that_no_storage_takes_is_refused(bucket: Any, helpdesk_project_module: Project) -> None:
    objects = f"{helpdesk_project_module.url}/storage/v1/object"
    headers = {"apikey": helpdesk_project_module.secret_key}
    for key in ("a%00b", "a%0ab", "x" * 1025, "f/" * 600):
        answer = httpx.post(f"{objects}/{bucket.id}/{key}", headers=headers, content=b"x")
        assert (answer.status_code, answer.json()["error"]) == (400, "InvalidKey"), key
        assert httpx.get(f"{objects}/{bucket.id}/{key}", headers=headers).status_code == 400, key
    moved = {"bucketId": bucket.id, "sourceKey": "a", "destinationKey": "a\0b"}
    for path, body in (("move", moved), ("copy", moved), (f"list/{bucket.id}", {"prefix": "x" * 2000})):
        answer = httpx.post(f"{objects}/{path}", headers=headers, json=body)
        assert (answer.status_code, answer.json()["error"]) == (400, "InvalidKey"), path
    answer = httpx.request("DELETE", f"{objects}/{bucket.id}", headers=headers, json={"prefixes": ["a\0b"]})
    assert (answer.status_code, answer.json()["error"]) == (400, "InvalidKey")


def test_a_name_longer_than_a_file_system_allows_is_kept(bucket: Any) -> None:
    key = "folder/" + "x" * 900
    bucket.upload(key, CONTENT, {"content-type": "application/octet-stream"})
    assert bucket.download(key) == CONTENT
    assert [entry["name"] for entry in bucket.list("folder")] == ["x" * 900]
