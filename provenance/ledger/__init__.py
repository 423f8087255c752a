"""MEMORY: immutable batch files and their manifests. The only room that writes a ledger.

    >>> import tempfile
    >>> ledger = Ledger.init(tempfile.mkdtemp() + "/corpus")
    >>> ledger.stats()["batches"]
    0
"""

from provenance.ledger.ledger import Committed, Draft, Ledger
from provenance.ledger.manifest import Manifest, PartFile

__all__ = ["Committed", "Draft", "Ledger", "Manifest", "PartFile"]
