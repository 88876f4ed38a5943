"""The console on this machine, with a helpdesk of its own and the demo's people: `make console`.

With HELPDESK_URL and HELPDESK_KEY in the environment it is the console of that helpdesk instead.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deno import find_deno_bin  # type: ignore[import-untyped]

from console_build import CONSOLE, ConsoleError, build, install
from helpdesk_sdk import HelpdeskError
from helpdesk_sdk.demo import Check, Login, Story, seed
from helpdesk_sdk.local import AlreadyRunningError, PortTakenError, Stack

PORT = 4173
# Not dist/ and not .helpdesk/: those are the user's own.
LOCAL = CONSOLE / ".local"


class Silent:
    """Receives the demo's story; only its people and tickets matter here."""

    def scene(self, title: str) -> None: ...

    def say(self, text: str) -> None: ...

    def check(self, check: Check) -> None: ...

    def timeline(self, title: str, entries: object) -> None: ...


@contextmanager
def helpdesk(folder: Path) -> Iterator[tuple[dict[str, str], list[Login]]]:
    """The helpdesk to show, while the block runs: its URL and key, and logins that are known."""
    url, key = os.environ.get("HELPDESK_URL"), os.environ.get("HELPDESK_KEY")
    if url and key:
        yield {"url": url, "key": key}, []
        return
    if url or key:
        raise ConsoleError(
            "HELPDESK_URL and HELPDESK_KEY belong together: set both, or none for a helpdesk of its own."
        )
    stack, is_ours = _start(folder / "stack")
    try:
        yield {"url": stack.info.api_url, "key": stack.info.publishable_key}, _demo(stack, folder / "logins.json")
    finally:
        if is_ours:
            _print("Stopping the helpdesk …")
            stack.stop()


def _start(data: Path) -> tuple[Stack, bool]:
    """A stack on the folder, and whether it was started here."""
    _print("Starting a helpdesk on this machine …")
    for port in (None, 0):
        try:
            return Stack.start(data, port=port, report=_print), True
        except AlreadyRunningError:
            found = Stack.find(data)
            _print(f"A stack already runs on {os.path.relpath(data)}: the console uses it, and leaves it running.")
            return found, False
        except PortTakenError:
            continue
    raise ConsoleError("No port is free on 127.0.0.1.")


def _demo(stack: Stack, kept: Path) -> list[Login]:
    """The demo's logins; its story is played once for each folder."""
    if kept.exists():
        return [Login(**login) for login in json.loads(kept.read_text(encoding="utf-8"))]
    _print("Playing the demo's story, so that there are people and tickets (once, about ten seconds) …")
    seed(stack.info.db_url)
    story = Story(stack.info.api_url, stack.info.publishable_key, stack.info.secret_key, Silent())
    story.play()
    text = json.dumps([vars(login) for login in story.logins], indent=2)
    with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    return story.logins


def show(config: dict[str, str], logins: list[Login], dist: Path, port: int, *, opens_browser: bool) -> None:
    """Serve the console until Ctrl-C.

    Args:
        config: The helpdesk's `url` and publishable `key`.
        logins: Logins to print.
        dist: The folder that the build wrote.
        port: The port on 127.0.0.1; 0 for any.
        opens_browser: Whether the user's browser shows it.

    Raises:
        ConsoleError: the port is taken, or the server ended.
    """
    options = ["--dist", str(dist), "--port", str(port), "--url", config["url"], "--key", config["key"]]
    command = [
        find_deno_bin(),
        "run",
        "--quiet",
        "--no-lock",
        "--allow-net=127.0.0.1",
        f"--allow-read={dist}",
        "serve.ts",
    ]
    with subprocess.Popen([*command, *options], cwd=CONSOLE, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            address = server.stdout.readline().strip()
            if not address:
                raise ConsoleError("The console's server did not start.")
            _print(f"\nThe console: {address}\n")
            for role in ("customer", "agent", "admin"):
                for login in (login for login in logins if login.role == role):
                    _print(f"  {role:<9} {login.email:<32} {login.password}")
            _print(f"\nThe helpdesk behind it: {config['url']}\nCtrl-C stops what was started.")
            if opens_browser and _has_screen():
                webbrowser.open(address)
            server.wait()
            raise ConsoleError("The console's server ended.")
        finally:
            server.terminate()


def _has_screen() -> bool:
    """Whether a browser has where to draw; otherwise a browser for terminals would open in this one."""
    if os.environ.get("BROWSER") == "none":
        return False
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise ConsoleError(
                f"Port {port} is in use by another program. Choose another: make console CONSOLE_PORT={port + 1}"
            ) from None


def _print(text: str) -> None:
    print(text, flush=True)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--port", type=int, default=PORT, help=f"where to serve the console on 127.0.0.1 [{PORT}]")
    parser.add_argument("--data", type=Path, default=LOCAL, help="the folder of the helpdesk's data")
    parser.add_argument("--no-browser", action="store_true", help="do not open the browser")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)
    try:
        if bool(os.environ.get("HELPDESK_URL")) != bool(os.environ.get("HELPDESK_KEY")):
            raise ConsoleError("HELPDESK_URL and HELPDESK_KEY belong together: set both, or none for a local helpdesk.")
        _check_port(options.port)
        _print("Building the console …")
        install()
        options.data.mkdir(parents=True, exist_ok=True)
        # The server says which helpdesk it is; the build need not know.
        placeholder = {"HELPDESK_URL": "http://127.0.0.1:54321", "HELPDESK_KEY": "sb_publishable_local"}
        given = {name: os.environ[name] for name in placeholder if os.environ.get(name)}
        dist = build(options.data / "dist", placeholder | given)
        with helpdesk(options.data) as (config, logins):
            show(config, logins, dist, options.port, opens_browser=not options.no_browser)
    except KeyboardInterrupt:
        _print("")
        return 0
    except (ConsoleError, HelpdeskError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
