"""Install the built wheel into an empty environment and use it: `python scripts/try_wheel.py dist`.

Needs nothing but Python: the release workflow runs it on Linux, macOS and Windows, with each Python that is supported.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

# A space and an umlaut: a path that people have.
_HOST = "Höst app"
# The package works from anywhere, also where no source is.
_IMPORTS = "import helpdesk_sdk, helpdesk_cli.main, sys; assert 'site-packages' in helpdesk_sdk.__file__"


class WheelError(Exception):
    """The wheel does not work; the text is a sentence for the maintainer."""


def wheel_in(folder: Path) -> Path:
    """The only wheel of a folder, beside its source distribution.

    Raises:
        WheelError: there is none, or more than one.
    """
    wheels, sources = sorted(folder.glob("*.whl")), sorted(folder.glob("*.tar.gz"))
    if len(wheels) != 1 or len(sources) != 1:
        raise WheelError(f"{folder} must have one wheel and one source distribution, and has {wheels + sources}.")
    return wheels[0]


def attempt(wheel: Path, packages: str | None = None) -> None:
    """Install the wheel and use it.

    Args:
        wheel: The wheel.
        packages: A folder that has the packages which the wheel needs; by default they are fetched.

    Raises:
        WheelError: a step failed.
    """
    version = wheel.name.split("-")[1]
    with tempfile.TemporaryDirectory(prefix="try-wheel-") as name:
        home = Path(name)
        venv.create(home / "env", with_pip=True)
        programs = home / "env" / ("Scripts" if os.name == "nt" else "bin")
        python, helpdesk = programs / "python", programs / "helpdesk"
        options = ["--quiet", "--disable-pip-version-check"]
        if packages is not None:
            options.append("--no-deps")
            (folder,) = (home / "env").glob("lib/python*/site-packages")
            (folder / "packages.pth").write_text(packages, encoding="utf-8")
        _run(home, python, "-m", "pip", "install", *options, wheel.resolve())
        _run(home, python, "-m", "pip", "check")
        _run(home, python, "-W", "error", "-c", _IMPORTS)
        _expect(f"helpdesk {version}", _run(home, helpdesk, "--version"))
        _expect("worker", _run(home, helpdesk, "--help"))
        host = home / _HOST / "supabase"
        host.mkdir(parents=True)
        (host / "config.toml").write_text('project_id = "host"\n', encoding="utf-8")
        _expect("written to", _run(home, helpdesk, "init", host.parent))
        again = _run(home, helpdesk, "init", host.parent, "--github")
        _expect("already", again)
        _expect("4 workflows written", again)
        migrations = len(list((host / "migrations").glob("*_helpdesk_*.sql")))
        if migrations < 10:
            raise WheelError(f"helpdesk init wrote {migrations} migrations.")


def _run(home: Path, *command: str | Path) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HELPDESK_", "PYTHON"))}
    environment |= {"HELPDESK_CONFIG_DIR": str(home / "config"), "NO_COLOR": "1", "PYTHONUTF8": "1"}
    done = subprocess.run(
        [str(word) for word in command],
        cwd=home,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )
    if done.returncode:
        raise WheelError(f"{' '.join(map(str, command[1:]))} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def _expect(text: str, found: str) -> None:
    if text not in found:
        raise WheelError(f"Expected '{text}' in:\n{found}")


def main() -> int:
    if len(sys.argv) != 2:
        print("Name the folder with the wheel: python scripts/try_wheel.py dist", file=sys.stderr)
        return 2
    try:
        wheel = wheel_in(Path(sys.argv[1]))
        attempt(wheel)
    except WheelError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{wheel.name} works with Python {sys.version.split()[0]} on {sys.platform}.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
