"""As whom a task speaks: its ledger, and the OpenLineage run that Airflow's own provider gives it.

The run id, job name and namespace are those that the OpenLineage provider computes for the same task instance, so that
its events and ours are events of one run. Without that provider the same formula is not available and a run of our own,
named by DAG, run, task, map index and try, stands in.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping
from typing import Any

from provenance.errors import LedgerError
from provenance.events import ParentRun, forwarder_from_config
from provenance.ledger import Ledger
from provenance.pipeline import Context


def configured_ledger() -> str:
    """``$PROVENANCE_LEDGER``, else ``[corpus_provenance] ledger``; empty where neither is set."""
    from airflow.sdk.configuration import conf

    return os.environ.get("PROVENANCE_LEDGER") or conf.get("corpus_provenance", "ledger", fallback="") or ""


def context_of(airflow: Mapping[str, Any], ledger: str) -> Context:
    """The pipeline context of a running task instance.

    Raises:
        LedgerError: no ledger is configured, or it cannot be used.
    """
    where = ledger or configured_ledger()
    if not where:
        raise LedgerError("ledger", "is not configured for this task",
                          "set the operator's ledger, $PROVENANCE_LEDGER, or [corpus_provenance] ledger")
    instance = airflow["ti"]
    from importlib.metadata import version

    return Context(ledger=Ledger.init(where), job=f"{instance.dag_id}.{instance.task_id}",
                   forwarder=forwarder_from_config(), nominal_at=airflow.get("logical_date"),
                   processing=("Apache Airflow", version("apache-airflow-core")), **_identity(instance))


def _identity(instance: Any) -> dict[str, Any]:
    try:
        from airflow.providers.openlineage.plugins import macros
    except ImportError:
        name = f"{instance.dag_id}/{instance.run_id}/{instance.task_id}/{instance.map_index}/{instance.try_number}"
        return {"run_id": str(uuid.uuid5(uuid.NAMESPACE_URL, name)), "namespace": "default"}
    namespace = macros.lineage_job_namespace()
    root = macros.lineage_root_run_id(instance)
    return {"run_id": macros.lineage_run_id(instance), "namespace": namespace,
            "parent": ParentRun(macros.lineage_root_job_namespace(instance), macros.lineage_root_job_name(instance), root)}
