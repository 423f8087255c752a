"""The question `diversity`: the newest measurement of each judge, with people's measure beside it."""

from __future__ import annotations

from provenance.ledger import codec
from provenance.lineage import Lens, ask
from provenance.model.recipe import Recipe
from tests.lineage.small_ledger import Writer


def rows(batch, value, human):
    shared = {"measured": batch.number, "language": "cobol", "low": 0.1, "high": 0.9, "records": 3, "tokens": 90}
    return codec.table("measures", [
        {**shared, "side": "made", "generator": "coder", "depth": 1, "metric": "distinct_5", "value": value},
        {**shared, "side": "human", "generator": "coder", "depth": 1, "metric": "distinct_5", "value": human},
        {**shared, "side": "human", "generator": "", "depth": 0, "metric": "distinct_5", "value": 0.5},
        {**shared, "side": "made", "generator": "coder", "depth": 1, "metric": "novelty", "value": value}])


def test_the_newest_word_is_beside_people(tmp_path):
    write = Writer(tmp_path / "ledger")
    for number, (value, human) in enumerate(((0.9, 0.9), (0.2, 0.4))):
        recipe = Recipe("judge", "1", {"judge": "collapse", "n": number})
        write.commit(recipe, {"measures": rows(recipe.batch, value, human)})
    with Lens(write.ledger) as lens:
        told = ask(lens, "diversity").dicts()
        assert [(row["generator"], row["metric"], row["value"], row["human"], row["ratio"]) for row in told] == [
            ("", "distinct_5", 0.5, 0.5, 1.0), ("coder", "distinct_5", 0.2, 0.4, 0.5), ("coder", "novelty", 0.2, None, None)]
        assert len(ask(lens, "diversity", metric="novelty").rows) == 1
        assert not ask(lens, "diversity", language="abap").rows
