"""Two merges at once: the second waits for the first, and looks at what became of its target."""

from __future__ import annotations

from tests.db.conftest import Server
from tests.db.people import AGENT, be, refused, value
from tests.db.test_embedding_races import while_open
from tests.db.test_merging import MERGE
from tests.db.world import World


def test_a_target_that_is_merged_meanwhile_is_refused(pg: Server, own: str, world: World) -> None:
    with pg.connect(own) as first, pg.connect(own) as second:
        with be(first, AGENT):
            first.execute(MERGE, (world["mine"], world["answered"], False))

        def merge() -> None:
            with be(second, AGENT):
                second.execute(MERGE, (world["closed"], world["mine"], False))

        with while_open(first, second, merge) as result, refused("ticket_merged"):
            result()
        second.rollback()
        assert value(second, "select count(*) from helpdesk.ticket_merges") == 1
