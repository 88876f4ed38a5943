"""The gateway's settings from a Supabase project's directory and our environment."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from helpdesk_sdk.local.errors import StackError


def project_settings(project: Path) -> dict[str, Any]:
    """The gateway's settings from a Supabase project's directory."""
    config = tomllib.loads((project / "config.toml").read_text("utf-8"))
    plan = _realtime_plan()
    return {
        "schemas": ["helpdesk"],
        "api": {name: config.get("api", {})[name] for name in ("max_rows",) if name in config.get("api", {})},
        "auth": {name: value for name, value in config.get("auth", {}).items() if name in _AUTH_SETTINGS} | _NO_MAIL,
        "storage": {"file_size_limit": config.get("storage", {}).get("file_size_limit", "50MiB")},
        "functions": config.get("functions", {}),
        "functions_dir": str(project / "functions"),
        "functions_env": (secrets := _read_env(project / "functions" / ".env")),
        "functions_net": [
            *(host for host in os.environ.get("HELPDESK_FUNCTIONS_NET", "").split(",") if host),
            *_model_hosts(secrets),
        ],
        "realtime": {
            "enabled": plan != "off" and config.get("realtime", {}).get("enabled", True),
            "plan": "none" if plan == "off" else plan,
            "private_only": os.environ.get("HELPDESK_REALTIME_PRIVATE_ONLY") == "1",
        },
    }


_REALTIME_PLANS = ("none", "off", "free", "pro", "team")


def _realtime_plan() -> str:
    plan = os.environ.get("HELPDESK_REALTIME_PLAN") or "none"
    if plan not in _REALTIME_PLANS:
        raise StackError(
            f"HELPDESK_REALTIME_PLAN is not a plan: {plan}", hint=f"Choose one of {', '.join(_REALTIME_PLANS)}."
        )
    return plan


_AUTH_SETTINGS = {
    "site_url",
    "additional_redirect_urls",
    "jwt_expiry",
    "enable_signup",
    "minimum_password_length",
    "enable_refresh_token_rotation",
    "refresh_token_reuse_interval",
}

# No mail is sent, so nobody could open a confirmation link.
_NO_MAIL = {"email": {"enable_confirmations": False}}


def _read_env(path: Path) -> dict[str, str]:
    """The variables of a `.env` file, which need not exist. `${…}` is not expanded: it would read our environment."""
    from dotenv import dotenv_values

    values = dotenv_values(path, interpolate=False, encoding="utf-8")
    return {name: value for name, value in values.items() if value is not None}


def _model_hosts(secrets: dict[str, str]) -> list[str]:
    """The hosts of the models that the functions' secrets name: without them no function could ask a model."""
    urls = [secrets.get("OPENAI_BASE_URL"), secrets.get("EMBEDDINGS_BASE_URL")]
    if secrets.get("OPENAI_API_KEY") and not secrets.get("OPENAI_BASE_URL"):
        urls.append("https://api.openai.com")
    return [host for url in urls if url and (host := _host_of(url))]


def _host_of(url: str) -> str | None:
    """Host and port of a URL, as Deno wants them; None when there is none. The function itself refuses such a URL."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return None
    if port is None or not re.fullmatch(r"[a-z0-9._-]+|[0-9a-f:.]+", host):
        return None
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
