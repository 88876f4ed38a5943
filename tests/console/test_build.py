"""What the build writes: files for hosts, a small first load, and nothing that must stay secret."""

from __future__ import annotations

import gzip
import html
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import console_build

# Bytes of JavaScript, as gzip sends them, before a page can be used.
QUEUE, PORTAL = 200_000, 190_000


@pytest.fixture(scope="module")
def manifest(dist: Path) -> dict[str, dict[str, list[str]]]:
    """Which file needs which, as Vite writes it."""
    made: dict[str, dict[str, list[str]]] = json.loads((dist / ".vite" / "manifest.json").read_text())
    return made


def closure(manifest: dict[str, dict[str, list[str]]], *entries: str) -> set[str]:
    """The entries and everything that they import at once."""
    found: set[str] = set()
    todo = list(entries)
    while todo:
        if (name := todo.pop()) not in found:
            found.add(name)
            todo += manifest[name].get("imports", [])
    return found


@pytest.mark.parametrize(
    ("page", "most"),
    [
        ("src/pages/QueuePage.tsx", QUEUE),
        ("src/pages/RequestsPage.tsx", PORTAL),
        ("src/pages/NewRequestPage.tsx", PORTAL),
        ("src/pages/RequestPage.tsx", PORTAL),
    ],
)
def test_the_first_load_is_small(page: str, most: int, manifest: dict[str, dict[str, list[str]]], dist: Path) -> None:
    texts = ["src/messages/en.ts", f"src/messages/en.{'staff' if most == QUEUE else 'portal'}.ts"]
    chunks = {manifest[name]["file"] for name in closure(manifest, "index.html", "src/main.tsx", *texts, page)}
    sizes = {str(chunk): len(gzip.compress((dist / str(chunk)).read_bytes(), 9)) for chunk in chunks}
    assert sum(sizes.values()) <= most, sizes


def test_a_customer_does_not_fetch_the_screens_of_staff(manifest: dict[str, dict[str, list[str]]]) -> None:
    for page in ("Requests", "NewRequest", "Request", "HelpCentre", "HelpArticle"):
        fetched = closure(manifest, "index.html", "src/main.tsx", f"src/pages/{page}Page.tsx")
        staff = [
            name
            for name in fetched
            if re.search(r"pages/(?:Queue|TicketDetail|Dashboard|Admin|Proposals|Knowledge)", name)
        ]
        assert not staff


def test_nothing_in_it_is_secret_or_names_a_registry(dist: Path) -> None:
    for path in dist.rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            assert not re.search(
                r"sb_secret_[A-Za-z0-9]{6}|service_role\"|registry\.npmjs|jsr\.io|unpkg\.com|jsdelivr", text
            ), path
            assert str(Path.home()) not in text
            assert str(console_build.CONSOLE) not in text


def test_the_hosts_get_the_headers(dist: Path) -> None:
    headers, amplify = (dist / "_headers").read_text(), (dist / "customHttp.yml").read_text()
    for text in (headers, amplify):
        (policy,) = re.findall(r"default-src[^\"\n]*", text)
        assert "connect-src 'self' https://example.supabase.co wss://example.supabase.co" in policy
        assert "unsafe" not in policy.replace("style-src 'self' 'unsafe-inline'", "")
        assert "frame-ancestors 'self'" in policy
        assert "X-Content-Type-Options" in text
        assert "max-age=31536000, immutable" in text
    assert headers.startswith("/*\n  Content-Security-Policy: ")
    # A file that is not there is not answered with a page, which the browser would take for a script.
    assert (dist / "_redirects").read_text().splitlines() == ["/assets/*  /404.txt  404", "/*  /index.html  200"]
    assert (dist / "404.txt").exists()


def test_the_page_has_no_inline_script_or_style(dist: Path) -> None:
    page = (dist / "index.html").read_text()
    # What the headers permit for the frame of a mail, the page forbids before anything else in it.
    (policy,) = re.findall(r"""<head>\s*<meta http-equiv="Content-Security-Policy" content="([^"]*)\"""", page)
    assert html.unescape(policy) == "style-src 'self'"
    assert not re.search(r"<style|style=|<script(?![^>]*\bsrc=)", (dist / "mail.html").read_text())
    assert not re.search(r"<style|style=|<script(?![^>]*\bsrc=)", page)


def test_the_helpdesk_and_the_build_have_files(dist: Path) -> None:
    assert json.loads((dist / "config.json").read_text()) == {
        "url": "https://example.supabase.co",
        "key": "sb_publishable_example",
    }
    assert re.fullmatch(r"[0-9a-f]{16}", json.loads((dist / "version.json").read_text())["build"])


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"HELPDESK_URL": "https://x.supabase.co", "HELPDESK_KEY": "sb_secret_abc"}, "is a secret key"),
        (
            {"HELPDESK_URL": "https://x.supabase.co", "HELPDESK_KEY": f"e30.{'eyJyb2xlIjoic2VydmljZV9yb2xlIn0'}.x"},
            "secret key",
        ),
        ({"HELPDESK_URL": "https://x.supabase.co", "HELPDESK_KEY": ""}, "Set HELPDESK_KEY"),
        ({"HELPDESK_URL": "x.supabase.co", "HELPDESK_KEY": "sb_publishable_x"}, "must begin with https://"),
        ({"HELPDESK_URL": "", "HELPDESK_KEY": "sb_publishable_x"}, "must begin with https://"),
    ],
)
def test_a_wrong_configuration_is_refused(
    variables: dict[str, str], sentence: str, packages: Path, tmp_path: Path
) -> None:
    with pytest.raises(console_build.ConsoleError, match=sentence) as refused:
        console_build.build(tmp_path / "dist", variables)
    assert "    at " not in str(refused.value)
    assert "sb_secret_abc" not in str(refused.value)
    assert not (tmp_path / "dist" / "index.html").exists()


def test_without_packages_and_network_a_sentence_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("package.json", "deno.json", "deno.lock"):
        (tmp_path / name).write_bytes((console_build.CONSOLE / name).read_bytes())
    program = f"import console_build, pathlib; console_build.CONSOLE = pathlib.Path({str(tmp_path)!r}); "
    program += "raise SystemExit(console_build.main())"
    monkeypatch.setenv("DENO_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", "http://127.0.0.1:9/")
    monkeypatch.setenv("PYTHONPATH", str(Path(console_build.__file__).parent))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert "cannot be fetched" in done.stderr
    assert "Traceback" not in done.stderr
