"""The function `embed-articles`, through the gateway, with the stack's real model."""

from __future__ import annotations

from typing import Any

import httpx

from helpdesk_sdk.testing import Project


def test_it_makes_the_vectors_that_wait_and_answers_with_counts(helpdesk_project: Project) -> None:
    key = helpdesk_project.secret_key
    headers = {"apikey": key, "authorization": f"Bearer {key}", "content-profile": "helpdesk"}

    def rpc(name: str, **arguments: Any) -> Any:
        url = f"{helpdesk_project.url}/rest/v1/rpc/{name}"
        answer = httpx.post(url, json=arguments, headers=headers, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()

    article = rpc("save_article", slug="late", title="Late", body="# Late\n\nAsk the carrier.", audience="public")
    rpc("publish_article", article_id=article["article_id"])
    url = f"{helpdesk_project.url}/functions/v1/embed-articles"
    assert httpx.post(url, headers={"apikey": helpdesk_project.publishable_key}, timeout=60).status_code in (401, 403)
    made = httpx.post(url, headers=headers, timeout=60).json()
    assert made == {"stored": 1, "postponed": 0, "model": "all-MiniLM-L6-v2-int8", "more": False}
    progress = rpc("embedding_progress")[0]
    assert (progress["is_active"], progress["embedded"], progress["waiting"]) == (True, 1, 0)
