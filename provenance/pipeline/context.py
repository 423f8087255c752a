"""Who runs a step: the ledger it writes, and the OpenLineage job and run that it speaks as.

    context = Context.local(ledger, "nightly")            # a run of our own
    context.child("ingest").job                           # 'nightly.ingest'

Under Airflow the run id, job name and namespace are those of the task, so that our events and the OpenLineage
provider's are events of one run.
"""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime

from provenance.events import Forwarder, ParentRun, SourceLocation, forwarder_from_config
from provenance.ledger import Ledger

#: Namespace of jobs that no scheduler started.
LOCAL_NAMESPACE = "corpus-provenance"


def code_location() -> SourceLocation | None:
    """The repository and commit of the job's code, from ``$PROVENANCE_CODE_URL`` and ``$PROVENANCE_CODE_VERSION``.

    A deployment knows these and a running process does not: a guess from the working folder would name the wrong code.
    """
    url = os.environ.get("PROVENANCE_CODE_URL", "")
    return SourceLocation(repo_url=url, url=url, version=os.environ.get("PROVENANCE_CODE_VERSION", "")) if url else None


@dataclass(frozen=True, slots=True)
class Context:
    """Where a step writes and as whom it speaks.

    Attributes:
        ledger: the ledger.
        namespace, job, run_id: OpenLineage job namespace, job name, run id (UUID).
        parent: the run that this one is part of.
        source_location: where the job's code is; `code_location` by default.
        nominal_at: the scheduled time, where there is one.
        processing: name and version of what runs the step.
        forwarder: where events go after the outbox; None where nothing is configured, and they wait.
    """

    ledger: Ledger
    job: str
    run_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    namespace: str = LOCAL_NAMESPACE
    parent: ParentRun | None = None
    source_location: SourceLocation | None = field(default_factory=code_location)
    nominal_at: datetime | None = None
    processing: tuple[str, str] | None = None
    forwarder: Forwarder | None = None

    @classmethod
    def local(cls, ledger: Ledger, job: str) -> Context:
        """A run of our own, forwarding to whatever OpenLineage transport the user configured."""
        return cls(ledger=ledger, job=job, forwarder=forwarder_from_config())

    def child(self, step: str) -> Context:
        """A new run of one step under this one."""
        root = self.parent.root if self.parent else None
        return replace(self, job=f"{self.job}.{step}", run_id=str(uuid.uuid4()),
                       parent=ParentRun(self.namespace, self.job, self.run_id, root))
