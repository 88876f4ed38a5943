"""The pages of docs/ and what they describe agree; links resolve, and examples parse."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCRIPTS = ROOT / "scripts"
PAGES = sorted(
    str(path.relative_to(ROOT))
    for pattern in ("*.md", "docs/**/*.md", "examples/**/*.md", "benchmarks/*.md")
    for path in ROOT.glob(pattern)
    if "node_modules" not in path.parts
)


@pytest.mark.parametrize("script", sorted(path.name for path in SCRIPTS.glob("*_docs.py")))
def test_the_reference_is_up_to_date(script: str) -> None:
    done = subprocess.run([sys.executable, str(SCRIPTS / script), "--check"], check=False)
    assert done.returncode == 0, f"Run: python scripts/{script}"


@pytest.mark.parametrize("page", PAGES)
def test_every_relative_link_resolves(page: str) -> None:
    text = re.sub(r"^```.*?^```", "", _text(page), flags=re.MULTILINE | re.DOTALL)
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`]*`", "", text)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, heading = link.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        if not target.exists() or (heading and heading not in _anchors(target)):
            broken.append(link)
    assert not broken


def test_the_site_has_every_page_and_no_broken_link(tmp_path: Path) -> None:
    out = tmp_path / "site"
    done = subprocess.run([sys.executable, SCRIPTS / "site.py", "--out", out], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    menu = (out / "index.html").read_text(encoding="utf-8")
    named = re.findall(r'"(docs/[^"]+)"', _text("zensical.toml"))
    for page in (*(ROOT / "docs").glob("*.md"), *(ROOT / "docs/guides").glob("*.md")):
        name = page.relative_to(ROOT)
        assert str(name) in named, f"zensical.toml does not name {page.name}"
        assert re.search(rf'href="(\./)?{re.escape(str(name.with_suffix(".html")))}"', menu)
    assert "ten_lines.py" in (out / "examples/ten_lines.py.html").read_text(encoding="utf-8")
    assert not re.search(r'(src|href)="[^"]*//(?!zensical|supabase)', menu)


@pytest.mark.parametrize("page", PAGES)
def test_every_python_block_parses(page: str) -> None:
    for block in re.findall(r"^```python\n(.*?)^```", _text(page), flags=re.MULTILINE | re.DOTALL):
        compile(block, page, "exec", flags=ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


def _text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def _anchors(page: Path) -> set[str]:
    """The names of a page's headings in links: lower case, without punctuation, hyphens for blanks."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
