"""200 bad records of ten kinds hidden in a corpus: which are found, by which check, which are missed, and who is accused.

    python -m benchmarks.measure_planted --into FOLDER [--corpora FOLDER] [--labelled trial.parquet]

Makes the corpus (`benchmarks.planted_corpus`), asks every judge that ships with the settings that it ships with (the
benchmark is named; nothing else is), and prints the tables of docs/planted.md, each miss and each alarm on a clean record.
A bad record counts as found by `fail` or `warn` of the check that is for its kind, and apart from that by any other.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.planted_corpus import KINDS, Bad, Truth, build, coboleval, records_of
from provenance.cli.output import show
from provenance.ledger import Ledger
from provenance.model.identity import RecordId
from provenance.pipeline import Context, Judging
from provenance.pipeline.judges import contamination
from provenance.pipeline.judging_all import judge_all

SHARED = Path(__file__).parents[2] / "shared"
#: Kind -> the checks that are for it.
FOR: Mapping[str, tuple[str, ...]] = {
    "benchmark": ("contamination",), "verbatim": ("exact_duplicate", "near_duplicate"),
    "renamed": ("renamed_copy", "near_duplicate"), "wrong-parent": ("declared_parent",), "smuggled": ("declared_origin",),
    "secret": ("secrets",), "personal": ("personal_data",), "hidden": ("hidden_text",), "poison": ("poisoning",),
    "licence": ("licence",), "burst": ("poisoning",)}
#: Of a whole source or a whole generator, not of a record.
OF_GROUPS = frozenset({"source_limit", "collapse"})


@dataclass(frozen=True, slots=True)
class Said:
    """One verdict that is no pass."""

    check: str
    outcome: str
    reason: str
    value: str


def said_in(ledger: Ledger) -> dict[RecordId, list[Said]]:
    """All `warn` and `fail` of a ledger, by record."""
    found: dict[RecordId, list[Said]] = defaultdict(list)
    for manifest in ledger.manifests():
        if "verdicts" in manifest.parts:
            for row in ledger.table(manifest, "verdicts").to_pylist():
                if row["outcome"] in ("warn", "fail") and row["batch"] is not None:
                    found[RecordId(row["batch"], row["row"])].append(
                        Said(row["check"], row["outcome"], row["reason"], row["value"]))
    return found


def placed(ledger: Ledger, bad: Sequence[Bad], batches: Sequence) -> dict[RecordId, Bad]:
    """Bad records by their ids."""
    roots = {where: record for where, (record, _) in records_of(ledger, batches).items()}
    return {roots[each.where] if each.where in roots else RecordId.parse(each.where): each for each in bad}


def found_by(kind: str, said: Sequence[Said]) -> str:
    """What became of a bad record: "fail", "warn", "other" (another check failed it or warned of it) or "missed"."""
    own = {each.outcome for each in said if each.check in FOR[kind]}
    if own:
        return "fail" if "fail" in own else "warn"
    return "other" if any(each.check not in OF_GROUPS for each in said) else "missed"


def table(places: Mapping[RecordId, Bad], said: Mapping[RecordId, Sequence[Said]],
          originals: Mapping[str, RecordId]) -> list[dict[str, object]]:
    """A row a kind. `original`: the copy passes, and the file that it was copied from is refused as the copy's copy."""
    rows = []
    for kind in (*KINDS, "burst"):
        outcomes = Counter[str]()
        for record, bad in places.items():
            if bad.kind == kind:
                became = found_by(kind, said.get(record, ()))
                other = originals.get(bad.original)
                if became in ("other", "missed") and other and any(
                        each.check in FOR[kind] and str(record) in each.reason for each in said.get(other, ())):
                    became = "original"
                outcomes[became] += 1
        rows.append({"kind": kind, "planted": sum(outcomes.values()),
                     **{name: outcomes[name] for name in ("fail", "warn", "original", "other", "missed")},
                     "check": ", ".join(FOR[kind])})
    return rows


def alarms(ledger: Ledger, truth: Truth, places: Mapping[RecordId, Bad],
           said: Mapping[RecordId, Sequence[Said]]) -> list[dict[str, object]]:
    """Verdicts on records that nobody spoilt, by check and by what they are; those made of spoilt records are no clean ones."""
    spoilt = _with_descendants(ledger, set(places))
    rows = []
    for title, batches in truth.batches.items():
        clean = [record for batch in batches for record in (RecordId(batch.number, row)
                 for row in range(ledger.require(batch).records)) if record not in spoilt]
        counts = Counter((one.check, one.outcome) for record in clean for one in {(s.check, s.outcome): s for s in said.get(record, ())}.values())
        for (check, outcome), number in sorted(counts.items()):
            rows.append({"of": title, "clean": len(clean), "check": check, "outcome": outcome, "records": number})
    return rows


def _with_descendants(ledger: Ledger, spoilt: set[RecordId]) -> set[RecordId]:
    edges = [(RecordId(row["batch"], row["row"]), RecordId(row["parent_batch"], row["parent_row"]))
             for manifest in ledger.manifests() if "edges" in manifest.parts for row in ledger.table(manifest, "edges").to_pylist()]
    found, size = set(spoilt), -1
    while len(found) != size:
        size = len(found)
        found |= {child for child, parent in edges if parent in found}
    return found


def main() -> int:
    """Make, judge, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--into", type=Path, required=True, help="folder for the repositories and the ledger; must not be there")
    parser.add_argument("--corpora", type=Path, default=SHARED / "corpora")
    parser.add_argument("--labelled", type=Path, default=SHARED / "vectors" / "detection" / "semeval2026_task13a_trial.parquet")
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    asked.into.mkdir(parents=True)
    began, ledger = time.monotonic(), Ledger.init(asked.into / "ledger")
    truth = build(asked.into / "repositories", ledger, asked.corpora, asked.labelled, asked.seed)
    batches = tuple(batch for some in truth.batches.values() for batch in some)
    print(f"made in {time.monotonic() - began:.0f} s: " + ", ".join(
        f"{title} {sum(ledger.require(batch).records for batch in some)}" for title, some in truth.batches.items()), flush=True)
    began = time.monotonic()
    judge_all(Context.local(ledger, "planted"), batches,
              Judging(settings={"contamination": contamination.Settings(benchmarks=(str(coboleval(asked.corpora)),))}),
              lambda result: print(f"  {result.step} {result.verdicts} verdicts, {result.seconds:.0f} s", flush=True))
    print(f"judged in {time.monotonic() - began:.0f} s")
    report(ledger, truth, batches)
    return 0


def report(ledger: Ledger, truth: Truth, batches: Sequence) -> None:
    """The tables, each miss, and each alarm."""
    said, places = said_in(ledger), placed(ledger, truth.bad, batches)
    originals = {where: record for where, (record, _) in records_of(ledger, batches).items()}
    show(table(places, said, originals))
    for kind in (*KINDS, "burst"):
        print(f"\n-- {kind}")
        for record, bad in places.items():
            if bad.kind == kind:
                print(f"{found_by(kind, said.get(record, ())):7} {bad.how:40.40} {record} " + "; ".join(
                    f"{one.check} {one.outcome} {one.reason}"[:110] for one in said.get(record, ()) if one.check not in OF_GROUPS))
    print("\n-- alarms on clean records")
    show(alarms(ledger, truth, places, said))
    spoilt = _with_descendants(ledger, set(places))
    names = {record: where for where, record in originals.items()}
    for record, some in sorted(said.items()):
        if record not in spoilt:
            for one in some:
                if one.check not in OF_GROUPS:
                    print(json.dumps({"record": str(record), "name": names.get(record, ""), "check": one.check,
                                      "outcome": one.outcome, "reason": one.reason[:140], "value": one.value[:300]}))


if __name__ == "__main__":
    sys.exit(main())
