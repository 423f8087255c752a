"""What Airflow's provider manager asks for. Loaded in every Airflow process: imports nothing."""

from __future__ import annotations

from typing import Any


def get_provider_info() -> dict[str, Any]:
    """The provider's dictionary, as `airflow/provider_info.schema.json` wants it."""
    return {
        "package-name": "corpus-provenance",
        "name": "Corpus Provenance",
        "description": "Record-level provenance of training sets for code models: ledger, lineage, gate.",
        "integrations": [{"integration-name": "Corpus Provenance", "external-doc-url": "https://corpus-provenance.dev",
                          "tags": ["software"]}],
        "operators": [{"integration-name": "Corpus Provenance", "python-modules": [
            "provenance.airflow.masking", "provenance.airflow.operators", "provenance.airflow.producing",
            "provenance.airflow.reviewing", "provenance.airflow.training", "provenance.airflow.upkeep"]}],
        "config": {"corpus_provenance": {
            "description": "Where the corpus-provenance operators work when a task does not say.",
            "options": {"ledger": {
                "description": "Folder of the ledger, where a task names none and $PROVENANCE_LEDGER is not set.",
                "version_added": "0.1.0", "type": "string",
                "example": "/srv/corpus", "default": ""}}}},
    }
