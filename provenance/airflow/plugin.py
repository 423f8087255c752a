"""The plugin entry point. Loaded in every Airflow process, workers included: it stays this small on purpose.

It is registered as an ``airflow.plugins`` entry point and nowhere else: named in the provider's information as well, it
would be loaded twice where ``[core] lazy_discover_providers`` is off.
"""

from __future__ import annotations

from airflow.plugins_manager import AirflowPlugin


def ledger() -> str:
    """The ledger that a task without one of its own works on: ``{{ macros.corpus_provenance.ledger() }}``."""
    from provenance.airflow.published import configured_ledger

    return configured_ledger()


class CorpusProvenancePlugin(AirflowPlugin):  # type: ignore[misc]  # as in task.py
    """Makes the project's macros available to templates."""

    name = "corpus_provenance"
    macros = [ledger]  # noqa: RUF012  (Airflow's own contract)
