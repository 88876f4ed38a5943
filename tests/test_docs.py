"""The pages of docs/ and what they describe agree."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[1] / "scripts"


@pytest.mark.parametrize("script", sorted(path.name for path in SCRIPTS.glob("*_docs.py")))
def test_the_reference_is_up_to_date(script: str) -> None:
    done = subprocess.run([sys.executable, str(SCRIPTS / script), "--check"], check=False)
    assert done.returncode == 0, f"Run: python scripts/{script}"
