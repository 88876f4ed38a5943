"""Downloads over HTTP: the headers of a hosted project, parts of a file, and who may read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest
from supabase import Client
from tests.local.support import person_headers

from helpdesk_sdk.testing import Project

CONTENT = bytes(range(256)) * 1000


@pytest.fixture
def objects(bucket: Any, helpdesk_project_module: Project) -> Iterator[httpx.Client]:
    """HTTP requests to a bucket's objects, with the secret key."""
    url = f"{helpdesk_project_module.url}/storage/v1/object/{bucket.id}/"
    with httpx.Client(base_url=url, headers={"apikey": helpdesk_project_module.secret_key}) as client:
        yield client


def _signed(bucket: Any, key: str, **options: Any) -> str:
    url: str = bucket.create_signed_url(key, 60, options or None)["signedURL"]
    return url


def test_the_type_comes_from_the_upload(bucket: Any, objects: httpx.Client) -> None:
    bucket.upload("a.png", CONTENT, {"content-type": "image/png", "cache-control": "60"})
    for url in (str(objects.base_url) + "a.png", _signed(bucket, "a.png")):
        answer = objects.get(url)
        assert (answer.content, answer.headers["content-type"]) == (CONTENT, "image/png")
        assert answer.headers["content-length"] == str(len(CONTENT))
        assert answer.headers["etag"] == bucket.info("a.png")["etag"]
    assert objects.get("a.png").headers["cache-control"] == "max-age=60"


@pytest.mark.parametrize("type_", ["text/html", "text/html; charset=utf-8", "TEXT/HTML"])
def test_html_is_sent_as_text(bucket: Any, objects: httpx.Client, type_: str) -> None:
    objects.post("a.html", content=b"<script>alert(1)</script>", headers={"content-type": type_})
    for url in ("a.html", _signed(bucket, "a.html")):
        assert objects.get(url).headers["content-type"] == "text/plain"
        assert objects.head(url).headers["content-type"] == "text/plain"


def test_a_download_is_an_attachment_with_the_name_given(bucket: Any, objects: httpx.Client) -> None:
    bucket.upload("a.txt", b"hello", {"content-type": "text/plain"})
    assert "content-disposition" not in objects.get("a.txt").headers
    assert objects.get("a.txt", params={"download": ""}).headers["content-disposition"] == "attachment;"
    name = "Rechnung ä (1)'.txt"
    encoded = "Rechnung%20%C3%A4%20%281%29%27.txt"
    expected = f"attachment; filename={encoded}; filename*=UTF-8''{encoded};"
    signed = _signed(bucket, "a.txt", download=name)
    for answer in (objects.get("a.txt", params={"download": name}), httpx.get(signed), httpx.head(signed)):
        assert answer.headers["content-disposition"] == expected
    assert httpx.get(_signed(bucket, "a.txt", download=True)).headers["content-disposition"] == "attachment;"
    hostile = objects.get("a.txt", params={"download": 'x"\r\nset-cookie: a=b'})
    assert (hostile.status_code, "set-cookie" in hostile.headers) == (200, False)


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-3", slice(0, 4)),
        ("bytes=255990-", slice(255990, None)),
        ("bytes=-5", slice(-5, None)),
        ("bytes=100000-100000", slice(100000, 100001)),
        ("bytes=255999-999999999", slice(255999, None)),
        ("bytes=1-200000", slice(1, 200001)),
    ],
)
def test_a_range_is_sent_as_a_part(bucket: Any, objects: httpx.Client, header: str, part: slice) -> None:
    bucket.upload("a.bin", CONTENT, {"content-type": "application/octet-stream"})
    start, stop, _ = part.indices(len(CONTENT))
    for url in ("a.bin", _signed(bucket, "a.bin")):
        answer = objects.get(url, headers={"range": header})
        assert (answer.status_code, answer.content) == (206, CONTENT[part])
        assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/{len(CONTENT)}"
        assert answer.headers["accept-ranges"] == "bytes"


def test_a_range_outside_the_file_is_refused(bucket: Any, objects: httpx.Client) -> None:
    bucket.upload("a.bin", b"0123456789", {"content-type": "application/octet-stream"})
    bucket.upload("empty", b"", {"content-type": "text/plain"})
    for key, header, size in (("a.bin", "bytes=10-", 10), ("a.bin", "bytes=-0", 10), ("empty", "bytes=0-", 0)):
        answer = objects.get(key, headers={"range": header})
        assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{size}")
        assert answer.json()["statusCode"] == "416"
    for header in ("bytes=5-2", "bytes=0-1,3-4", "pages=1-2", "bytes=-"):
        answer = objects.get("a.bin", headers={"range": header})
        assert (answer.status_code, answer.content) == (200, b"0123456789"), header


def test_head_has_the_headers_of_get_and_no_content(bucket: Any, objects: httpx.Client) -> None:
    bucket.upload("a.png", CONTENT, {"content-type": "image/png"})
    for url in ("a.png", _signed(bucket, "a.png")):
        head, get = objects.head(url), objects.get(url)
        assert (head.status_code, head.content) == (200, b"")
        for name in ("content-type", "content-length", "etag", "last-modified", "accept-ranges"):
            assert head.headers[name] == get.headers[name], name
    assert objects.head("none").status_code == 400


def test_a_known_version_is_not_sent_again(bucket: Any, objects: httpx.Client) -> None:
    bucket.upload("a.txt", b"one", {"content-type": "text/plain"})
    first = objects.get("a.txt").headers
    for known in ({"if-none-match": first["etag"]}, {"if-modified-since": first["last-modified"]}):
        answer = objects.get("a.txt", headers=known)
        assert (answer.status_code, answer.content) == (304, b"")
    bucket.update("a.txt", b"two", {"content-type": "text/plain"})
    answer = objects.get("a.txt", headers={"if-none-match": first["etag"]})
    assert (answer.status_code, answer.content) == (200, b"two")


def test_a_download_goes_on_while_the_file_is_replaced_and_removed(bucket: Any, objects: httpx.Client) -> None:
    content = b"old " * 5_000_000
    bucket.upload("a.bin", content, {"content-type": "application/octet-stream"})
    with objects.stream("GET", "a.bin") as answer:
        pieces = answer.iter_bytes(65536)
        received = next(pieces)
        bucket.update("a.bin", b"new", {"content-type": "application/octet-stream"})
        bucket.remove(["a.bin"])
        received += b"".join(pieces)
    assert received == content


def test_policies_decide_who_reads(bucket: Any, helpdesk_project_module: Project) -> None:
    project = helpdesk_project_module
    with psycopg.connect(project.db_url, autocommit=True) as admin:
        admin.execute(
            f"""create policy "own {bucket.id}" on storage.objects for select to authenticated
                using (bucket_id = '{bucket.id}' and name = (select auth.uid())::text || '.txt'
                       and (select storage.operation()) <> 'storage.object.list')"""
        )
    (ada, as_ada), (_, as_bob) = person_headers(project), person_headers(project)
    key = f"{ada.auth_user_id}.txt"
    bucket.upload(key, b"Ada's", {"content-type": "text/plain"})
    for path in ("", "authenticated/"):
        url = f"{project.url}/storage/v1/object/{path}{bucket.id}/{key}"
        assert httpx.get(url, headers=as_ada).content == b"Ada's"
        refused = httpx.get(url, headers=as_bob)
        assert (refused.status_code, refused.json()["statusCode"]) == (400, "404")
        assert httpx.get(url, headers={"apikey": project.publishable_key}).status_code == 400
        for nobody in ({"x": "y"}, {"authorization": "Bearer a.b.c"}):
            refused = httpx.get(url, headers=nobody)
            assert (refused.status_code, refused.json()["statusCode"]) == (400, "403" if path else "404")
    sign = f"{project.url}/storage/v1/object/sign/{bucket.id}/{key}"
    for headers, status in ((as_ada, 200), (as_bob, 400)):
        assert httpx.post(sign, headers=headers, json={"expiresIn": 60}).status_code == status
    # The policy refuses the operation, not the row.
    listed = f"{project.url}/storage/v1/object/list/{bucket.id}"
    assert httpx.post(listed, headers=as_ada, json={"prefix": ""}).json() == []


def test_a_public_bucket_is_for_everybody(owner: Client, bucket: Any, helpdesk_project_module: Project) -> None:
    bucket.upload("a.txt", b"hello", {"content-type": "text/plain"})
    public = f"{helpdesk_project_module.url}/storage/v1/object/public/{bucket.id}/a.txt"
    assert httpx.get(public).status_code == 400
    owner.storage.update_bucket(bucket.id, {"public": True})
    assert (httpx.get(public).content, httpx.head(public).status_code) == (b"hello", 200)
    assert httpx.get(public.replace("/public/", "/")).content == b"hello"
