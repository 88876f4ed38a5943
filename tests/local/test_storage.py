"""Storage: bytes go in and come out, in the stack's data directory, and only for those who may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import psycopg
import pytest
from storage3.exceptions import StorageApiError
from supabase import Client

from helpdesk_sdk.testing import Project

CONTENT = bytes(range(256)) * 40


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
    assert "expires" in answer.headers
    tampered = httpx.get(signed + "x")
    assert (tampered.status_code, tampered.json()["error"]) == (400, "InvalidJWT")
    other = httpx.get(signed.replace("a.txt", "b.txt"))
    assert (other.status_code, other.json()["error"]) == (400, "InvalidSignature")


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


def test_a_file_and_a_folder_may_have_the_same_name(bucket: Any) -> None:
    bucket.upload("a", b"file", {"content-type": "text/plain"})
    bucket.upload("a/b", b"in the folder", {"content-type": "text/plain"})
    assert (bucket.download("a"), bucket.download("a/b")) == (b"file", b"in the folder")
    assert [(entry["name"], entry["id"] is None) for entry in bucket.list()] == [("a", True), ("a", False)]


def test_several_urls_are_signed_at_once(bucket: Any) -> None:
    bucket.upload("a b.txt", b"hello", {"content-type": "text/plain"})
    signed, missing = bucket.create_signed_urls(["a b.txt", "none.txt"], 60)
    assert httpx.get(signed["signedURL"]).content == b"hello"
    assert (signed["error"], missing["signedURL"]) == (None, None)
    assert "does not exist or you do not have access" in missing["error"]


def test_a_signed_upload_url_takes_one_file_of_one_name(bucket: Any, owner: Client) -> None:
    link = bucket.create_signed_upload_url("folder/a.txt")
    assert bucket.upload_to_signed_url("folder/a.txt", link["token"], b"once", {"content-type": "text/plain"}).path
    assert bucket.download("folder/a.txt") == b"once"
    with pytest.raises(StorageApiError, match="already exists"):
        bucket.upload_to_signed_url("folder/a.txt", link["token"], b"twice", {"content-type": "text/plain"})
    with pytest.raises(StorageApiError, match="Invalid signature"):
        bucket.upload_to_signed_url("folder/b.txt", link["token"], b"other", {"content-type": "text/plain"})
    with pytest.raises(StorageApiError, match="already exists"):
        bucket.create_signed_upload_url("folder/a.txt")
    # The token is for the upload. Reading needs a right of its own.
    download = link["signed_url"].replace("/object/upload/sign/", "/object/sign/")
    assert (httpx.get(download).status_code, httpx.get(download).json()["error"]) == (400, "InvalidSignature")


def test_files_are_moved_copied_and_described(bucket: Any) -> None:
    bucket.upload("a.png", b"png", {"content-type": "image/png", "metadata": {"page": 1}, "cache-control": "60"})
    bucket.copy("a.png", "copies/b.png")
    bucket.move("a.png", "moved/c.png")
    assert not bucket.exists("a.png")
    for key in ("copies/b.png", "moved/c.png"):
        assert bucket.download(key) == b"png"
        info = bucket.info(key)
        assert (info["size"], info["content_type"], info["cache_control"]) == (3, "image/png", "max-age=60")
        assert (info["metadata"], info["name"]) == ({"page": 1}, key)
    bucket.remove(["copies/b.png"])
    assert bucket.download("moved/c.png") == b"png"
    with pytest.raises(StorageApiError, match="already exists"):
        bucket.upload("moved/c.png", b"other", {"content-type": "image/png"})
    bucket.upload("moved/c.png", b"new", {"content-type": "image/png", "upsert": "true"})
    bucket.update("moved/c.png", b"newer", {"content-type": "image/gif"})
    assert (bucket.download("moved/c.png"), bucket.info("moved/c.png")["content_type"]) == (b"newer", "image/gif")


def test_a_folder_lists_its_own_level(bucket: Any) -> None:
    for key in ("x/a.txt", "x/b.txt", "x/deep/c.txt", "x/deep/d.txt", "x%/e.txt", "other.txt"):
        bucket.upload(key, b"", {"content-type": "text/plain"})
    assert [entry["name"] for entry in bucket.list("x")] == ["deep", "a.txt", "b.txt"]
    assert [entry["name"] for entry in bucket.list("x", {"limit": 1, "offset": 1})] == ["a.txt"]
    descending = {"sortBy": {"column": "name", "order": "desc"}}
    assert [entry["name"] for entry in bucket.list("x", descending)] == ["deep", "b.txt", "a.txt"]
    assert [entry["name"] for entry in bucket.list("x", {"search": "B"})] == ["b.txt"]
    with pytest.raises(StorageApiError, match="column"):
        bucket.list("x", {"sortBy": {"column": "id; drop table storage.objects"}})


@pytest.mark.parametrize("delimiter", [True, False])
@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("column", ["name", "created_at", "updated_at"])
def test_pages_of_a_list_give_everything_once(bucket: Any, column: str, order: str, delimiter: bool) -> None:
    keys = ["x/a", "x/b", "x/deep/c", "x/deep/d", "x/e", "x/é"]
    for key in [*keys, "y/z"]:
        bucket.upload(key, b"", {"content-type": "text/plain"})
    found: list[str] = []
    options: dict[str, Any] = {"limit": 2, "prefix": "x/", "with_delimiter": delimiter}
    options["sortBy"] = {"column": column, "order": order}
    while True:
        page = bucket.list_v2(options)
        found += [entry.name for entry in [*page.folders, *page.objects]]
        if not page.hasNext:
            break
        options["cursor"] = page.nextCursor
    expected = ["x/a", "x/b", "x/deep/", "x/e", "x/é"] if delimiter else keys
    assert sorted(found) == expected


def test_a_bucket_is_emptied_before_it_is_deleted(bucket: Any, owner: Client) -> None:
    bucket.upload("a", b"x", {"content-type": "text/plain"})
    with pytest.raises(StorageApiError, match="not empty"):
        owner.storage.delete_bucket(bucket.id)
    owner.storage.empty_bucket(bucket.id)
    assert bucket.list() == []
    owner.storage.delete_bucket(bucket.id)
    with pytest.raises(StorageApiError, match="Bucket not found"):
        bucket.list()


def test_sql_does_not_delete_what_storage_keeps(bucket: Any, helpdesk_project_module: Project) -> None:
    bucket.upload("a", b"x", {"content-type": "text/plain"})
    with psycopg.connect(helpdesk_project_module.db_url, autocommit=True) as admin:
        for table in ("objects", "buckets"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="Use the Storage API instead"):
                admin.execute(f"delete from storage.{table}")
    assert bucket.download("a") == b"x"
