"""Who may do what: articles, their versions and their passages."""

from __future__ import annotations

from .operations import Call, Delete, Insert, Read, Update
from .outcomes import DENY, NOT_IN, Case

_NEW = {"slug": "new", "title": "New"}
_ONLY_SYSTEM = "deny deny deny deny | deny deny | deny deny | deny"
# Begins with a blank: a brace would name a thing of the world.
_VECTOR = " {" + ",".join(["1"] * 384) + "}"

CASES = [
    # anonymous nobody gone left | customer other | agent stranger | admin | service
    Case(
        "search articles",
        Call("search_articles", {"query": "refund"}),
        f"{NOT_IN} | 0 0 | 0 0 | 0 | 0",
        says="Search published articles: customers the public ones",
    ),
    Case(
        "read articles as they are written",
        Read("articles"),
        "deny 0 0 0 | 0 0 | 0 0 | 0 | 0",
        says="Read articles as they are written: staff",
    ),
    Case(
        "read published articles",
        Read("article_versions"),
        "deny 0 0 0 | 0 0 | 0 0 | 0 | 0",
        says="Read what was published: customers the public articles of now, staff all versions",
    ),
    Case("read passages", Read("article_chunks"), "deny 0 0 0 | 0 0 | 0 0 | 0 | 0", says="Read its passages: the same"),
    Case(
        "draft an article",
        Insert("articles", _NEW),
        "deny no_profile inactive_user inactive_user | deny deny | 1 1 | 1 | 1",
        says="Draft an article (setting article_writers)",
    ),
    Case(
        "save an article",
        Call("save_article", _NEW),
        f"{NOT_IN} | forbidden forbidden | 1 1 | 1 | 1",
        gives=_NEW,
        says="Draft an article, or edit it",
    ),
    Case(
        "publish an article",
        Call("publish_article", {"article_id": "{nothing}"}),
        f"{NOT_IN} | forbidden forbidden | forbidden forbidden | article_not_found | article_not_found",
        says="Publish it (setting article_publishers)",
    ),
    Case(
        "archive an article",
        Call("archive_article", {"article_id": "{nothing}"}),
        f"{NOT_IN} | forbidden forbidden | forbidden forbidden | article_not_found | article_not_found",
        says="Archive it (setting article_publishers)",
    ),
    Case(
        "edit an article that is not there",
        Update("articles", {"slug": "x"}, {"title": "X"}),
        "deny 0 0 0 | 0 0 | 0 0 | 0 | 0",
        says="Edit a draft (setting article_writers)",
    ),
    Case("A35 publish by an edit", Update("articles", {"slug": "x"}, {"status": "published"}), DENY),
    Case("A33 remove an article", Delete("articles", {"slug": "x"}), DENY),
    *(
        Case(f"A34 {tries.verb} {table}", tries, DENY)
        for table in ("article_versions", "article_chunks")
        for tries in (
            Insert(table, {"title": "Forged"}),
            Update(table, {"version_id": "{nothing}"}, {"title": "Forged"}),
            Delete(table, {"version_id": "{nothing}"}),
        )
    ),
    Case(
        "search articles for nothing",
        Call("search_articles", {"query": "refund", "max_rows": 0}),
        f"{NOT_IN} | invalid_value invalid_value | invalid_value invalid_value | invalid_value | invalid_value",
    ),
    Case(
        "see the embedding model",
        Call("active_embedding_model", {}),
        f"{NOT_IN} | 1 1 | 1 1 | 1 | 1",
        says="See which embedding model search uses",
    ),
    Case(
        "see the progress of embedding",
        Call("embedding_progress", {}),
        f"{NOT_IN} | forbidden forbidden | 1 1 | 1 | 1",
        says="See the progress of embedding",
    ),
    Case(
        "use an embedding model",
        Call("use_embedding_model", {"model": "m"}),
        f"{NOT_IN} | forbidden forbidden | forbidden forbidden | 1 | 1",
        says="Fill another embedding model",
    ),
    Case(
        "use no embedding model",
        Call("use_embedding_model", {"model": None}),
        f"{NOT_IN} | forbidden forbidden | forbidden forbidden | invalid_value | invalid_value",
    ),
    Case(
        "switch to an embedding model",
        Call("switch_embedding_model", {"model": "m"}),
        f"{NOT_IN} | forbidden forbidden | forbidden forbidden | embedding_incomplete | embedding_incomplete",
        says="Switch search to it",
    ),
    Case(
        "lease embedding jobs",
        Call("lease_embedding_jobs", {}),
        f"{_ONLY_SYSTEM} | 0",
        says="Embed texts: for workers",
    ),
    Case(
        "store a vector",
        Call("store_embedding", {"job_id": "{nothing}", "model": "m", "embedding": _VECTOR}),
        f"{_ONLY_SYSTEM} | 1",
        says="Embed texts: for workers",
    ),
    Case(
        "store what is no vector",
        Call("store_embedding", {"job_id": "{nothing}", "model": "m", "embedding": " {1}"}),
        f"{_ONLY_SYSTEM} | invalid_value",
    ),
    Case(
        "postpone an embedding job",
        Call("postpone_embedding_job", {"job_id": "{nothing}"}),
        f"{_ONLY_SYSTEM} | 1",
        says="Embed texts: for workers",
    ),
]
