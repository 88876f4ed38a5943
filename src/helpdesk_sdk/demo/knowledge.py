"""The scene of the story about the assistant: articles, a suggestion with its quotes, routing; all without a model."""

from __future__ import annotations

import threading
from contextlib import suppress
from importlib.resources import files

from ..client import Helpdesk
from ..embeddings import EmbeddingEndpoint, embed_waiting
from ..errors import HelpdeskError, TeamNotFoundError
from ..models.assistant import Citation
from .stage import Stage

_ARTICLES = ("descaling", "grinder", "returns", "steam-wand")
_PAST = ("Latte art course in March", "Is there a seat left in the barista course?", "Move my barista course, please")
_QUESTION = ("Coffee tastes bad since last week", "My espresso is sour, and the water runs slowly.")
_NEW = ("Barista course", "Is there a barista course for two people in April?")
_TEAM = "Courses"


class KnowledgeScene(Stage):
    """The scene; the story has the people."""

    _system: Helpdesk
    _nora: Helpdesk
    _chiara: Helpdesk
    _theo: Helpdesk
    _queue: str

    def _ask_the_assistant(self, endpoint: EmbeddingEndpoint | None) -> None:
        self._reporter.scene("The assistant, with no language model and no network")
        self._publish_articles()
        self._route_by_hand()
        if endpoint is None:
            self._say("No model for vectors is here, so words alone are compared. See: helpdesk up --embeddings minilm")
        else:
            self._embed(endpoint)
        self._suggest_a_reply()
        self._route_a_new_ticket()
        self._say("A language model writes drafts in its own words and decides the doubtful: set OPENAI_API_KEY.")

    def _begin_to_embed(self, endpoint: EmbeddingEndpoint | None) -> None:
        """Start the model, which takes a second, and embed past tickets, while the story goes on."""

        def work() -> None:
            with suppress(HelpdeskError):
                if endpoint is not None:
                    embed_waiting(self._system, endpoint)

        self._embedding = threading.Thread(target=work, daemon=True)
        self._embedding.start()

    def _publish_articles(self) -> None:
        self._texts = {}
        for slug in _ARTICLES:
            text = files(__package__).joinpath("articles", f"{slug}.md").read_text("utf-8")
            title, _, body = text.removeprefix("# ").partition("\n")
            self._nora.knowledge.publish(self._nora.knowledge.save(slug, title, body.strip()))
            self._texts[slug] = body
        self._say(f"Nora publishes {len(_ARTICLES)} articles. A folder of articles: helpdesk kb import docs/")

    def _route_by_hand(self) -> None:
        try:
            self._nora.teams.get(_TEAM)
        except TeamNotFoundError:
            self._nora.teams.create(_TEAM)
        numbers = {self._theo.tickets.create(title, title).number for title in _PAST}
        self._nora.tickets.transfer_many(numbers, _TEAM)
        self._say(f"Nora sends three tickets about courses to a team of their own: {_TEAM}.")

    def _embed(self, endpoint: EmbeddingEndpoint) -> None:
        self._embedding.join()
        done = embed_waiting(self._system, endpoint)
        progress = self._nora.knowledge.embedding_progress()[0]
        self._check(
            f"{progress.embedded} passages and {progress.examples_embedded} past tickets have a vector of "
            f"{endpoint.model}, made on this machine",
            progress.is_active and progress.embedded == progress.chunks and done.problem is None,
        )

    def _suggest_a_reply(self) -> None:
        title, text = _QUESTION
        ticket = self._theo.tickets.create(title, text, team=self._queue)
        self._say(f'Theo opens #{ticket.number}: "{text}" Chiara asks for a suggestion.')
        found = self._chiara.assistant.suggest(ticket.number)
        citations = found.proposal.citations if found.proposal is not None else ()
        for citation in citations:
            self._say(f'[{citation.ordinal}] {citation.title}: "{citation.quote}"')
        self._check(
            "the draft quotes an article, word for word", bool(citations) and all(map(self._is_quoted, citations))
        )
        self._check(f"no model was asked ({found.mode}, {found.reason})", found.run.tokens_in == 0)
        if found.proposal is None or not citations:
            return
        self._chiara.assistant.accept(found.proposal)
        (reply,) = self._theo.messages.list(ticket.number)
        self._check("Chiara accepts it, and Theo has it as her reply", reply.author_name == "Chiara Rossi")

    def _is_quoted(self, citation: Citation) -> bool:
        return citation.quote in self._texts.get(citation.slug or "", "")

    def _route_a_new_ticket(self) -> None:
        title, text = _NEW
        ticket = self._theo.tickets.create(title, text)
        self._say(f'Theo opens #{ticket.number}: "{text}" It is compared with past tickets.')
        found = self._nora.assistant.triage(ticket.number)
        proposal = next((one for one in found.proposals if "team_id" in one.payload), None)
        is_right = proposal is not None and proposal.mode == "neighbours" and found.run.tokens_in == 0
        share = f"{proposal.confidence:.0%}" if proposal is not None and proposal.confidence is not None else "nothing"
        claim = f"the team {_TEAM} is proposed: {share} of the votes of past tickets"
        if self._check(claim, is_right) and proposal is not None:
            self._nora.assistant.accept(proposal)
            moved = self._nora.tickets.get(ticket.number).team_id == self._nora.teams.get(_TEAM).team_id
            self._check("Nora accepts it, and the team has the ticket", moved)
