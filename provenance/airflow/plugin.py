"""The plugin entry point. Loaded in every Airflow process, workers included: it stays this small on purpose."""

from __future__ import annotations

from airflow.plugins_manager import AirflowPlugin


class CorpusProvenancePlugin(AirflowPlugin):
    """Makes the project's macros available to templates: ``{{ macros.corpus_provenance.ledger() }}``."""

    name = "corpus_provenance"

    @staticmethod
    def _ledger() -> str:
        from provenance.airflow.speaking import configured_ledger

        return configured_ledger()

    macros = [_ledger]  # noqa: RUF012  (Airflow's own contract)
