"""QUESTIONS: the only room that knows DuckDB. A read-only lens over a ledger's files, and what can be asked through it.

    from provenance.lineage import Lens, ask, impact, trace

    trace(ledger, record)                                     # one record, back to its roots: no engine needed
    with Lens(ledger) as lens:
        ask(lens, "origin_mix").dicts()                       # a named question
        impact(lens, "model", "starcoder-x").datasets         # all that came of something
        lens.query("SELECT count(*) FROM records").rows       # any SELECT over the views of docs/sql.md
"""

from provenance.lineage.impact import DatasetImpact, Impact, impact
from provenance.lineage.lens import Lens, Table
from provenance.lineage.questions import Param, Question, ask, load, names
from provenance.lineage.resolve import resolve
from provenance.lineage.trace import Gap, Trace, TraceEdge, TraceNode, trace

__all__ = ["DatasetImpact", "Gap", "Impact", "Lens", "Param", "Question", "Table", "Trace", "TraceEdge", "TraceNode",
           "ask", "impact", "load", "names", "resolve", "trace"]
