"""Write the list of packages that the wheel brings along, as CycloneDX: `python scripts/sbom.py dist sbom.cdx.json`.

The wheel is installed with the parts that `helpdesk worker` uses, into an empty environment, which is then described.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from try_wheel import wheel_in

TOOLS = Path(__file__).parents[1] / "requirements" / "release.txt"


def write(wheel: Path, out: Path) -> None:
    """Describe the wheel.

    Args:
        wheel: The wheel.
        out: The file to write.

    Raises:
        subprocess.CalledProcessError: a package cannot be installed.
    """
    with tempfile.TemporaryDirectory(prefix="sbom-") as name:
        tools, described = Path(name) / "tools", Path(name) / "described"
        for folder in (tools, described):
            venv.create(folder, with_pip=True)
        _pip(tools, "--require-hashes", "--requirement", TOOLS)
        _pip(described, f"{wheel.resolve()}[worker]")
        command = ["environment", "--output-reproducible", "--output-format", "JSON", "--output-file", out]
        words = [tools / "bin" / "cyclonedx-py", *command, described / "bin" / "python"]
        subprocess.run([str(word) for word in words], check=True)


def _pip(folder: Path, *words: str | Path) -> None:
    command = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *words]
    subprocess.run([str(word) for word in command], check=True)


def main() -> int:
    if len(sys.argv) != 3:
        print("Name the folder with the wheel and the file: python scripts/sbom.py dist sbom.cdx.json", file=sys.stderr)
        return 2
    write(wheel_in(Path(sys.argv[1])), Path(sys.argv[2]))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
