"""What a deployment agrees on: where the ledger is, and the asset that a gated training set is published as.

An event of this asset starts training and opens nothing: whoever may create asset events or trigger a DAG by hand can
start the consumer, so the consumer's first task (`RequireTicketOperator`) asks the ledger.
"""

import os

from airflow.sdk import Asset

#: ``x-`` schemes are taken by Airflow as they are.
TRAINING_SET = Asset(name="corpus_provenance_training_set", uri="x-corpus-provenance://training-set")


def configured_ledger() -> str:
    """``$PROVENANCE_LEDGER``, else ``[corpus_provenance] ledger``; empty where neither is set."""
    from airflow.sdk.configuration import conf

    return os.environ.get("PROVENANCE_LEDGER") or conf.get("corpus_provenance", "ledger", fallback="") or ""
