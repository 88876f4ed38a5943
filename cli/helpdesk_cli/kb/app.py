"""The group of commands, and what its modules share."""

from __future__ import annotations

from typing import Annotated

import typer

from .._base.app import Commands

app = Commands(name="kb", help="Knowledge: articles that answer questions.")

ArticleArgument = Annotated[
    str, typer.Argument(metavar="ARTICLE", help="The article's slug or id.", show_default=False)
]
LocaleOption = Annotated[
    str | None, typer.Option(metavar="LOCALE", help="The language, where several share the slug.", show_default=False)
]
