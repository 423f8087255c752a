"""The specification and the code say the same: vectors hold, every table and column is named, every field too."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from provenance.errors import InvalidId
from provenance.ledger import Ledger, codec
from provenance.ledger.datasets import _COLUMNS
from provenance.ledger.manifest import Manifest, PartFile
from provenance.model.dataset import SPLITS, DatasetRef, Member
from provenance.model.identity import BatchId, Digest, RecordId, Swhid, canonical_json
from provenance.model.origin import OriginClass
from provenance.model.recipe import Recipe
from provenance.model.verdict import Outcome
from provenance.steps.assemble import root_of

SPEC = Path(__file__).parents[1] / "spec"
LEDGER = (SPEC / "ledger.md").read_text("utf-8")
VECTORS = json.loads((SPEC / "vectors" / "identifiers.json").read_text("utf-8"))
PARSERS: dict[str, Callable[[str], object]] = {"digest": Digest.parse, "batch": BatchId.parse, "record": RecordId.parse,
                                               "swhid": Swhid.parse, "dataset": DatasetRef.parse}


def _section(name: str) -> str:
    return LEDGER.split(f"\n### `{name}`\n", 1)[1].split("\n## ")[0].split("\n### ")[0]


def _columns(section: str) -> list[str]:
    """What the first cells of a section's table name, in order."""
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


@pytest.mark.parametrize("kind", PARSERS)
def test_valid_identifiers_are_read_and_written(kind: str) -> None:
    for vector in VECTORS[kind]["valid"]:
        text, canonical = (vector["text"], vector["canonical"]) if isinstance(vector, dict) else (vector, vector)
        parsed = PARSERS[kind](text)
        assert str(parsed) == canonical
        assert PARSERS[kind](str(parsed)) == parsed


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind in PARSERS for text in VECTORS[kind]["invalid"]])
def test_invalid_identifiers_are_refused(kind: str, text: str) -> None:
    with pytest.raises(InvalidId):
        PARSERS[kind](text)


@pytest.mark.parametrize("vector", VECTORS["canonical_json"]["valid"], ids=lambda vector: ascii(vector["value"])[:30])
def test_canonical_json_gives_these_bytes(vector: dict[str, Any]) -> None:
    assert canonical_json(vector["value"]) == vector["bytes"].encode()


@pytest.mark.parametrize("text", VECTORS["canonical_json"]["invalid_json"])
def test_json_without_a_canonical_form_is_refused(text: str) -> None:
    with pytest.raises(InvalidId):
        canonical_json(json.loads(text))


def test_ids_follow_from_their_bytes() -> None:
    for vector in VECTORS["digest"]["of"]:
        assert str(Digest.of(bytes.fromhex(vector["bytes_hex"]))) == vector["digest"]
    for vector in VECTORS["swhid"]["of"]:
        assert str(Swhid.of_content(bytes.fromhex(vector["bytes_hex"]))) == vector["swhid"]
    for vector in VECTORS["batch"]["of"]:
        assert str(BatchId.of(Digest.parse(vector["digest"]))) == vector["batch"]


def test_recipes_have_these_digests() -> None:
    for vector in VECTORS["recipe"]["valid"]:
        recipe = Recipe.from_json(vector["recipe"])
        assert (recipe.to_json(), str(recipe.digest), str(recipe.batch)) == (
            vector["recipe"], vector["digest"], vector["batch"])
        tagged = {"corpus-provenance-recipe": 1, **vector["recipe"]}
        assert str(Digest.of(canonical_json(tagged))) == vector["digest"]


def test_a_training_set_has_this_root() -> None:
    given = VECTORS["root"]
    members = [(Member(RecordId.parse(m["record"]), m["split"]), m["content_sha256"]) for m in given["members"]]
    assert str(root_of(members)) == given["root"]
    lines = "".join(f"{m['record']} {m['content_sha256']} {m['split']}\n" for m in given["members"])
    assert str(Digest.of(b"corpus-provenance-dataset-root 1\n" + lines.encode())) == given["root"]


@pytest.mark.parametrize("name", codec.SCHEMAS)
def test_every_column_is_specified_in_order(name: str) -> None:
    assert _columns(_section(name)) == codec.SCHEMAS[name].names


def test_no_table_is_specified_that_is_not_there() -> None:
    assert set(re.findall(r"^### `(\w+)`$", LEDGER, re.M)) == set(codec.SCHEMAS)


def test_enumerations_are_specified() -> None:
    for value in (*OriginClass, *Outcome, *SPLITS):
        assert f"`{value}`" in LEDGER


def test_every_field_of_a_manifest_is_specified(tmp_path: Path) -> None:
    manifest = Manifest(BatchId(0), Recipe("ingest", "1"), {"texts": PartFile(Digest.of(b""), 1, 1)}, {}, "", "", "")
    fields = json.loads(manifest.to_bytes())
    section = LEDGER.split("\n## Manifest\n")[1].split("\n## ")[0]
    assert set(_columns(section)) == set(fields)
    for name in (*fields["parts"]["texts"], *codec.summarise({"records": codec.SCHEMAS["records"].empty_table()})):
        assert f"{name}" in section
    header = json.loads(Ledger.init(tmp_path / "new").layout.header.read_text())
    assert set(_columns(LEDGER.split("\n## `ledger.json`\n")[1].split("\n## ")[0])) == set(header)
    training = LEDGER.split("\n## Training sets\n")[1].split("\n## ")[0]
    assert [name for name in _COLUMNS.names if f"`{name}`" not in training] == []
