"""Where the Supabase project that this package brings along lies: migrations, functions, config.toml."""

from __future__ import annotations

from pathlib import Path


def project_dir() -> Path:
    """The directory `supabase/`: inside an installed wheel, or of the checkout when the install is editable.

    Raises:
        FileNotFoundError: neither is there; the installation is damaged.
    """
    package = Path(__file__).resolve().parent.parent
    for candidate in (package / "_supabase", package.parent.parent / "supabase"):
        if (candidate / "migrations").is_dir():
            return candidate
    raise FileNotFoundError(f"no Supabase project beside {package}: install helpdesk-sdk again")
