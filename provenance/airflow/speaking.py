"""As whom a task speaks: its ledger, and the OpenLineage run that Airflow's own provider gives it.

The run id, job name, namespace and parent are those that the OpenLineage provider computes for the same task instance,
so that its events and ours are events of one run. Without that provider the same formula is not available and a run of
our own, named by DAG, run, task, map index and try, stands in.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from provenance.airflow.published import configured_ledger
from provenance.errors import LedgerError
from provenance.events import Forwarder, ParentRun, RunRef, forwarder_from_config, namespace_from_config
from provenance.events.forward import rebuild
from provenance.ledger import Ledger
from provenance.ledger.outbox import Outbox
from provenance.pipeline import Context

#: What the OpenLineage provider reads from airflow.cfg, and the variables that say the same to our forwarder.
_SETTINGS = {"config_path": "OPENLINEAGE_CONFIG", "transport": "AIRFLOW__OPENLINEAGE__TRANSPORT",
             "namespace": "AIRFLOW__OPENLINEAGE__NAMESPACE", "disabled": "AIRFLOW__OPENLINEAGE__DISABLED"}


class Overheard(Outbox):
    """The outbox, remembering the last event that this task said."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.last: Mapping[str, Any] | None = None

    def say(self, event: Mapping[str, Any]) -> str:
        self.last = event
        return super().say(event)


def context_of(airflow: Mapping[str, Any], ledger: str, *, make: bool = False) -> Context:
    """The pipeline context of a running task instance; ``make``: an absent ledger is made.

    Raises:
        LedgerError: no ledger is configured, or it cannot be used.
        PolicyError: the OpenLineage configuration is broken.
    """
    where = ledger or configured_ledger()
    if not where:
        raise LedgerError("ledger", "is not configured for this task",
                          "set the operator's ledger, $PROVENANCE_LEDGER, or [corpus_provenance] ledger")
    with _as_configured():
        return Context(ledger=Ledger.init(where) if make else Ledger(where), forwarder=_forwarder(),
                       nominal_at=airflow.get("logical_date"),
                       processing=("Apache Airflow", version("apache-airflow-core")), **_identity(airflow))


def lineage_of(event: Mapping[str, Any] | None) -> Any:
    """The datasets of one of our events, as Airflow's OpenLineage provider takes them; opens nothing."""
    from airflow.providers.openlineage.extractors import OperatorLineage

    if event is None:
        return OperatorLineage()
    told = rebuild(event)
    return OperatorLineage(inputs=list(getattr(told, "inputs", None) or ()),
                           outputs=list(getattr(told, "outputs", None) or ()))


def _identity(airflow: Mapping[str, Any]) -> dict[str, Any]:
    instance, run = airflow["ti"], airflow["dag_run"]
    try:
        from airflow.providers.openlineage.plugins import macros
        from airflow.providers.openlineage.plugins.adapter import OpenLineageAdapter
    except ImportError:
        name = f"{instance.dag_id}/{instance.run_id}/{instance.task_id}/{instance.map_index}/{instance.try_number}"
        return {"run_id": str(uuid.uuid5(uuid.NAMESPACE_URL, name)), "namespace": namespace_from_config(),
                "job": f"{instance.dag_id}.{instance.task_id}"}
    parent = OpenLineageAdapter.build_dag_run_id(dag_id=instance.dag_id, logical_date=run.logical_date or run.run_after,
                                                 clear_number=run.clear_number)
    # A run that another pipeline started names that one as its root.
    root = RunRef(macros.lineage_root_job_namespace(instance), macros.lineage_root_job_name(instance),
                  macros.lineage_root_run_id(instance))
    namespace = macros.lineage_job_namespace()
    return {"run_id": macros.lineage_run_id(instance), "namespace": namespace, "job": macros.lineage_job_name(instance),
            "parent": ParentRun(namespace, instance.dag_id, parent, root)}


def _forwarder() -> Forwarder | None:
    disabled = os.environ.get("AIRFLOW__OPENLINEAGE__DISABLED", "").strip().lower() in {"true", "t", "1", "yes"}
    return None if disabled else forwarder_from_config()


@contextmanager
def _as_configured() -> Iterator[None]:
    """What airflow.cfg says about OpenLineage, as environment variables; what the environment says wins."""
    from airflow.sdk.configuration import conf

    said = {variable: value for option, variable in _SETTINGS.items()
            if variable not in os.environ and (value := conf.get("openlineage", option, fallback=""))}
    os.environ.update(said)
    try:
        yield
    finally:
        for variable in said:
            os.environ.pop(variable, None)
