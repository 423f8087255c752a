"""corpus-provenance: every training record can be traced to its human or synthetic origin.

    import provenance as pv

    ledger = pv.Ledger.init("corpus")
    with pv.Run("nightly", ledger) as run:
        human = run.ingest(pv.Source("payroll.bundle"), licence="Apache-2.0", claim="human", by="ACME Payroll")
        varied = run.augment(human, ["rename-data-names", "split-move"], seed=7)
        run.verify(human + varied)                         # parses, compiles, runs like its parent
        run.judge(human + varied)                          # copies, secrets, poison, collapse, origin ...
        dataset = run.assemble("cobol-2026-11", human + varied, policy="train")
        ticket = run.gate(dataset, policy="train")
    ticket.require()                                       # or GateClosed, with every reason
    print(pv.render(pv.trace(ledger, "rec:0123456789abcdef.0"), "text"))

Names load when they are used, so importing this package costs nothing where a DAG is parsed.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from provenance.ledger import Ledger
    from provenance.lineage import Lens, ask, impact, render, trace
    from provenance.pipeline import Run, Source, Ticket, read_build, read_policy
    from provenance.steps.ingest import Options

_HOMES = {"Ledger": "provenance.ledger", "Lens": "provenance.lineage", "ask": "provenance.lineage",
          "impact": "provenance.lineage", "render": "provenance.lineage", "trace": "provenance.lineage",
          "Run": "provenance.pipeline", "Source": "provenance.pipeline", "Ticket": "provenance.pipeline",
          "read_build": "provenance.pipeline", "read_policy": "provenance.pipeline", "Options": "provenance.steps.ingest"}

__all__ = ["Ledger", "Lens", "Options", "Run", "Source", "Ticket", "ask", "impact", "read_build", "read_policy", "render",
           "trace"]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'provenance' has no attribute {name!r}")
