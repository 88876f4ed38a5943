"""Uploads over HTTP: limits, policies before bytes, uploads that break off, and memory."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg
import pytest
from storage3.exceptions import StorageApiError
from supabase import Client
from tests.local.support import eventually, person_headers

from helpdesk_sdk.local import Stack
from helpdesk_sdk.testing import Project

MIB = 1024 * 1024
TEXT = {"content-type": "text/plain"}
FORM = b'--xx\r\ncontent-disposition: form-data; name="file"; filename="a"\r\ncontent-type: text/plain\r\n\r\n'


@pytest.fixture
def files(stack: Stack, helpdesk_project_module: Project) -> Callable[[str], list[Path]]:
    """Lists the files of the project's directory `incoming` or `objects`."""
    database = helpdesk_project_module.db_url.rsplit("/", 1)[1].partition("?")[0]
    root = Path(stack.info.data_dir) / "storage" / database
    return lambda kind: [path for path in (root / kind).rglob("*") if path.is_file()]


@pytest.fixture
def url(bucket: Any, helpdesk_project_module: Project) -> str:
    return f"{helpdesk_project_module.url}/storage/v1/object/{bucket.id}"


@pytest.fixture
def key(helpdesk_project_module: Project) -> dict[str, str]:
    return {"apikey": helpdesk_project_module.secret_key}


def _zeros(size: int) -> Iterator[bytes]:
    for _ in range(0, size, MIB):
        yield bytes(MIB)


def test_a_bucket_limits_size_and_types(owner: Client, url: str, key: dict[str, str], bucket: Any) -> None:
    owner.storage.update_bucket(bucket.id, {"file_size_limit": MIB, "allowed_mime_types": ["image/*", "text/plain"]})
    bucket.upload("fits.txt", bytes(MIB), TEXT)
    bucket.upload("a.png", b"x", {"content-type": "image/png"})
    large = {
        "statusCode": "413",
        "error": "Payload too large",
        "message": "The object exceeded the maximum allowed size",
    }
    attempts: list[dict[str, Any]] = [
        {"content": bytes(MIB + 1)},
        {"content": bytes(6 * MIB)},
        {"content": _zeros(6 * MIB)},
    ]
    for attempt in attempts:
        answer = httpx.post(f"{url}/large", headers=key | TEXT, **attempt)
        assert (answer.status_code, answer.json()) == (400, large)
    for size in (MIB + 1, 6 * MIB):
        with pytest.raises(StorageApiError, match="exceeded the maximum allowed size"):
            bucket.upload("large", bytes(size), TEXT)
    with pytest.raises(StorageApiError, match="mime type application/pdf is not supported"):
        bucket.upload("a.pdf", b"x", {"content-type": "application/pdf"})
    answer = httpx.post(f"{url}/a.pdf", headers=key | {"content-type": "application/pdf"}, content=b"x")
    assert (answer.status_code, answer.json()["statusCode"]) == (400, "415")
    assert sorted(entry["name"] for entry in bucket.list()) == ["a.png", "fits.txt"]


def test_no_object_is_larger_than_the_project_allows(bucket: Any, url: str, key: dict[str, str]) -> None:
    answer = httpx.post(f"{url}/large", headers=key | TEXT, content=_zeros(51 * MIB), timeout=60)
    assert answer.json()["statusCode"] == "413"
    assert bucket.list() == []


def test_ten_gigabytes_are_refused_before_the_first_byte(url: str, key: dict[str, str]) -> None:
    with _raw(url, key, "content-type: text/plain\r\ncontent-length: 10000000000\r\n") as connection:
        connection.settimeout(10)
        assert b'"statusCode":"413"' in connection.recv(4096)


def test_policies_are_asked_before_the_bytes(
    bucket: Any, url: str, helpdesk_project_module: Project, files: Callable[[str], list[Path]]
) -> None:
    project = helpdesk_project_module
    with psycopg.connect(project.db_url, autocommit=True) as admin:
        admin.execute(
            f"""create policy "own {bucket.id}" on storage.objects for insert to authenticated
                with check (bucket_id = '{bucket.id}' and name = (select auth.uid())::text || '.txt')"""
        )
    (ada, as_ada), (_, as_bob) = person_headers(project), person_headers(project)
    for headers in (as_bob, {"apikey": project.publishable_key}):
        # Nothing of the body is sent: the answer does not wait for the content.
        with _raw(f"{url}/{ada.auth_user_id}.txt", headers, "content-length: 1000000\r\n") as connection:
            connection.settimeout(10)
            answer = connection.recv(4096)
        assert b'"statusCode":"403"' in answer
        assert b"row-level security" in answer
        assert files("incoming") == []
    own = f"{url}/{ada.auth_user_id}.txt"
    assert httpx.post(own, headers=as_ada | TEXT, content=b"mine").status_code == 200
    again = httpx.post(own, headers=as_ada | TEXT, content=b"again").json()
    assert (again["statusCode"], again["error"]) == ("409", "Duplicate")
    for method, more in (("PUT", {}), ("POST", {"x-upsert": "true"})):
        refused = httpx.request(method, own, headers=as_ada | TEXT | more, content=b"again").json()
        assert refused["statusCode"] == "403", method
    assert bucket.download(f"{ada.auth_user_id}.txt") == b"mine"
    rows = "select owner_id, metadata ->> 'size' from storage.objects where bucket_id = %s"
    with psycopg.connect(project.db_url) as admin:
        assert admin.execute(rows, [bucket.id]).fetchall() == [(str(ada.auth_user_id), "4")]


@pytest.mark.parametrize(
    ("headers", "start"),
    [
        ("content-type: text/plain\r\ncontent-length: 500000\r\n", bytes(100_000)),
        ("content-type: text/plain\r\ntransfer-encoding: chunked\r\n", b"186a0\r\n" + bytes(100_000) + b"\r\n"),
        ("content-type: multipart/form-data; boundary=xx\r\ncontent-length: 500000\r\n", FORM + bytes(100_000)),
    ],
    ids=["length", "chunks", "form"],
)
def test_an_upload_that_breaks_off_leaves_nothing(
    bucket: Any, url: str, key: dict[str, str], files: Callable[[str], list[Path]], headers: str, start: bytes
) -> None:
    bucket.upload("a.txt", b"before", TEXT)
    kept = len(files("objects"))
    for name in ("a.txt", "new.txt"):
        with _raw(f"{url}/{name}", key | {"x-upsert": "true"}, headers, start):
            eventually(lambda: len(files("incoming")) == 1, "the upload is being received")
        eventually(lambda: files("incoming") == [], "the part of the upload is removed")
    assert [entry["name"] for entry in bucket.list()] == ["a.txt"]
    assert (bucket.download("a.txt"), len(files("objects"))) == (b"before", kept)


def test_a_form_that_ends_early_is_refused(
    bucket: Any, url: str, key: dict[str, str], files: Callable[[str], list[Path]]
) -> None:
    headers = key | {"content-type": "multipart/form-data; boundary=xx"}
    for body in (FORM + b"half", b"--xx--\r\n", b"nonsense", b""):
        answer = httpx.post(f"{url}/a.txt", headers=headers, content=body)
        assert (answer.status_code, answer.json()["error"]) == (400, "InvalidRequest")
    answer = httpx.post(f"{url}/a.txt", headers=key | {"content-type": "multipart/form-data"}, content=FORM)
    assert (answer.status_code, answer.json()["error"]) == (400, "InvalidRequest")
    assert (bucket.list(), files("incoming")) == ([], [])


def test_only_one_of_many_uploads_of_a_name_wins(bucket: Any, url: str, key: dict[str, str]) -> None:
    def upload(number: int) -> int:
        return httpx.post(f"{url}/a.bin", headers=key | TEXT, content=bytes([number]) * MIB, timeout=60).status_code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(upload, range(8)))
    assert sorted(answers) == [200, *[400] * 7]
    assert bucket.download("a.bin") == bytes([answers.index(200)]) * MIB


def test_a_replaced_and_a_removed_file_leave_the_disk(bucket: Any, files: Callable[[str], list[Path]]) -> None:
    before = len(files("objects"))
    for content in (b"one", b"two", b"three"):
        bucket.upload("a.txt", content, {**TEXT, "upsert": "true"})
        assert len(files("objects")) == before + 1
    bucket.copy("a.txt", "b.txt")
    bucket.remove(["a.txt", "b.txt"])
    assert len(files("objects")) == before


def test_memory_stays_flat_with_several_large_files(
    stack: Stack, bucket: Any, url: str, key: dict[str, str], tmp_path: Path
) -> None:
    gateway = psutil.Process(stack.info.pids["gateway"])
    content = os.urandom(25 * MIB)
    (tmp_path / "large").write_bytes(content)
    peak = before = gateway.memory_info().rss
    stop = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not stop.is_set():
            peak = max(peak, gateway.memory_info().rss)
            time.sleep(0.005)

    def upload_and_download(number: int) -> bool:
        if number % 2:
            with (tmp_path / "large").open("rb") as file:
                httpx.post(f"{url}/{number}", headers=key | TEXT, content=file, timeout=60).raise_for_status()
        else:
            bucket.upload(f"{number}", tmp_path / "large", TEXT)
        size = 0
        with httpx.stream("GET", f"{url}/{number}", headers=key, timeout=60) as answer:
            for piece in answer.iter_bytes():
                assert piece == content[size : size + len(piece)]
                size += len(piece)
        return size == len(content)

    watcher = threading.Thread(target=watch)
    watcher.start()
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(upload_and_download, range(8)))
    stop.set()
    watcher.join()
    # Whole files in memory would be 200 MB, twice.
    assert peak - before < 100 * MIB


def _raw(url: str, headers: dict[str, str], more: str, body: bytes = b"") -> socket.socket:
    """A connection that has sent the beginning of an upload."""
    parts = httpx.URL(url if url.count("/") > 6 else f"{url}/large")
    connection = socket.create_connection((parts.host, parts.port or 80))
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    connection.sendall(f"POST {parts.path} HTTP/1.1\r\nhost: x\r\n{lines}{more}\r\n".encode() + body)
    return connection
