"""Build the site of the docs from the pages of the repository, with no network.

python scripts/site.py              # writes site/
python scripts/site.py --out DIR    # writes DIR

The pages keep their places, so that their links hold. The README is the front page. A file that a page links to, and
that is no page itself, becomes a page with its text: an example, for instance.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
_LINK = re.compile(r"(?<!!)\[(?P<text>[^\[\]]*)\]\((?P<path>[^)\s:#]+)(?P<heading>#[^)\s]*)?\)")
_CODE = re.compile(r"(^(?P<fence>```+).*?^(?P=fence)$)", flags=re.MULTILINE | re.DOTALL)
_LANGUAGES = {".py": "python", ".ts": "typescript", ".sh": "sh", ".sql": "sql", ".toml": "toml", ".html": "html"}


def gather(root: Path, to: Path) -> None:
    """Copy the pages of the repository, their pictures, and the files that they link to.

    Args:
        root: The repository.
        to: An empty directory.
    """
    todo = [root / "README.md", *sorted((root / "docs").rglob("*.md"))]
    seen = set(todo)
    shutil.copytree(root / "docs" / "images", to / "docs" / "images")
    while todo:
        path = todo.pop()
        text, linked = _page(root, path)
        target = to / _name(root, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        todo += sorted(linked - seen)
        seen |= linked


def _page(root: Path, path: Path) -> tuple[str, set[Path]]:
    """The text of a file as a page, and the files that it links to."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".md":
        fence = "````"
        return f"# {path.name}\n\n{fence}{_LANGUAGES.get(path.suffix, '')}\n{text}\n{fence}\n", set()
    linked: set[Path] = set()

    def link(found: re.Match[str]) -> str:
        target = (path.parent / found["path"]).resolve()
        if not target.is_file():
            # A directory of the repository: there is no page of it.
            return found["text"]
        linked.add(target)
        depth = len(_name(root, path).parents) - 1
        return f"[{found['text']}]({'../' * depth}{_name(root, target).as_posix()}{found['heading'] or ''})"

    parts = _CODE.split(text)
    # Every third part is the text between two blocks of code, then the block, then its fence.
    return "".join(_LINK.sub(link, part) if i % 3 == 0 else part for i, part in enumerate(parts) if i % 3 < 2), linked


def _name(root: Path, path: Path) -> Path:
    name = path.relative_to(root)
    if name == Path("README.md"):
        return Path("index.md")
    return name if path.suffix == ".md" else name.with_name(f"{name.name}.md")


def build(out: Path) -> int:
    """Build the site; a broken link is an error.

    Args:
        out: The directory of the site; what is there is removed.

    Returns:
        The exit code of the generator.
    """
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        gather(ROOT, place / "docs")
        shutil.copy(ROOT / "zensical.toml", place)
        command = [sys.executable, "-m", "zensical", "build", "--strict"]
        done = subprocess.run(command, cwd=place, capture_output=True, text=True)
        if done.returncode != 0:
            print(re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr), file=sys.stderr)
            return done.returncode
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(place / "site", out)
    print(f"The site is in {out}. To read it: python -m http.server --bind 127.0.0.1 --directory {out}")
    return 0


def main() -> int:
    """Run the program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("site"), help="the directory of the site")
    return build(parser.parse_args().out)


if __name__ == "__main__":
    sys.exit(main())
