"""A function that makes vectors as on hosted, on the local stack with its real model."""

from __future__ import annotations

import httpx
import pytest

from helpdesk_sdk.local import Stack


def test_a_function_for_hosted_makes_its_vectors_unchanged(functions_stack: Stack) -> None:
    text = "My parcel has not arrived"
    answer = httpx.post(f"{functions_stack.info.api_url}/functions/v1/vectors", content=text, timeout=60)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["model"], body["empty"]) == ("all-MiniLM-L6-v2-int8", 384)
    assert "not llama3" in body["other"]
    assert "mean_pool" in body["raw"]
    endpoint = functions_stack.info.embeddings
    direct = httpx.post(f"{endpoint['url']}/embeddings", json={"model": endpoint["model"], "input": text}, timeout=60)
    assert body["vector"] == pytest.approx(direct.json()["data"][0]["embedding"], abs=1e-6)
