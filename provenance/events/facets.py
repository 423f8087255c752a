"""Our own facets, as the attrs classes that the OpenLineage client writes.

Three facets under the prefix ``provenance``. Their JSON schemas are in ``spec/facets``; the URL in ``_schemaURL`` is an
identifier that names one version for ever, whether or not anything answers there.

| event key | on | says |
|---|---|---|
| ``provenance_recordOrigin`` | a dataset | records by origin class, evidence grade and language; depth; human share |
| ``provenance_ledger`` | a dataset | which ledger holds the records, its batches, and a digest over them |
| ``provenance_recipe`` | a run | the step and its version, and a digest over the recipes it makes |

Dataset facets, not *output* dataset facets: an origin belongs to the data whoever reads it next, and Marquez hides
output facets (MarquezProject/marquez#1746).

    >>> ProvenanceRecipeRunFacet(step="ingest", stepVersion="1", recipeCount=0, producer=PRODUCER).step
    'ingest'

The classes are not frozen and no name holds a word such as "token": Airflow's redactor sets attributes and masks by
name. The producer is passed to every object; ``set_producer`` is never called, for it is global to the process and
would rename the events of Airflow's own provider too.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as _installed
from typing import ClassVar

import attr
from openlineage.client.facet_v2 import DatasetFacet, RunFacet
from openlineage.client.utils import RedactMixin

#: Prefix of every schema URL: an identifier, see ``docs/events.md``.
SPEC = "https://corpus-provenance.dev/spec/facets"
FACET_VERSION = "1-0-0"

try:
    ADAPTER_VERSION = _installed("corpus-provenance")
except PackageNotFoundError:  # run from a checkout
    ADAPTER_VERSION = "0.0.0"
PRODUCER = f"https://corpus-provenance.dev/producer/{ADAPTER_VERSION}"


def _url(cls: str) -> str:
    return f"{SPEC}/{FACET_VERSION}/{cls}.json#/$defs/{cls}"


@attr.define
class OriginCounts(RedactMixin):  # type: ignore[misc]
    """Records by origin class; all six always stand, so that a zero is said and not guessed."""

    human: int = 0
    synthetic_rule: int = 0
    ai_assisted: int = 0
    human_edited_synthetic: int = 0
    synthetic_model: int = 0
    unknown: int = 0
    _skip_redact: ClassVar[list[str]] = [
        "human", "synthetic_rule", "ai_assisted", "human_edited_synthetic", "synthetic_model", "unknown"]


@attr.define
class LanguageCount(RedactMixin):  # type: ignore[misc]
    """Records in one language. A list of pairs, since a language name is data and data should not be a key."""

    language: str
    records: int
    _skip_redact: ClassVar[list[str]] = ["language", "records"]


@attr.define
class ProvenanceRecordOriginDatasetFacet(DatasetFacet):  # type: ignore[misc]
    """Where the records of a dataset come from, in counts."""

    origins: OriginCounts
    records: int
    grades: dict[str, int] = attr.field(factory=dict)
    languages: list[LanguageCount] = attr.field(factory=list)
    languageCount: int | None = None
    depthMax: int | None = None
    depthMean: float | None = None
    humanShare: float | None = None

    @staticmethod
    def _get_schema() -> str:
        return _url("ProvenanceRecordOriginDatasetFacet")


@attr.define
class ProvenanceLedgerDatasetFacet(DatasetFacet):  # type: ignore[misc]
    """Which ledger holds the records, and a digest that ties this event to them."""

    ledgerId: str
    location: str
    batchCount: int
    batchesDigest: str
    formatVersion: str
    batches: list[str] = attr.field(factory=list)
    truncated: bool = False

    @staticmethod
    def _get_schema() -> str:
        return _url("ProvenanceLedgerDatasetFacet")


@attr.define
class ProvenanceRecipeRunFacet(RunFacet):  # type: ignore[misc]
    """The step and the recipes of a run: a rerun with the same digest adopts what is stored."""

    step: str
    stepVersion: str
    recipeCount: int
    recipesDigest: str | None = None

    @staticmethod
    def _get_schema() -> str:
        return _url("ProvenanceRecipeRunFacet")
