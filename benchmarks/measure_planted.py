"""200 bad records of ten kinds hidden in a corpus: which are found, by which check, which are missed, and who is accused.

    python -m benchmarks.measure_planted --into FOLDER [--corpora FOLDER] [--labelled trial.parquet]

Makes the corpus (`benchmarks.planted_corpus`), asks every judge that ships with the settings that it ships with (the
benchmark is named; nothing else is), and prints the tables of docs/planted.md, each miss and each alarm on a clean record.
A bad record counts as found by `fail` or `warn` of the check that is for its kind, and apart from that by any other.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.planted_corpus import KINDS, Bad, Truth, coboleval
from benchmarks.planted_ledger import BEFORE, TWINS, build, records_of
from provenance.cli.output import show
from provenance.ledger import Ledger
from provenance.model.identity import BatchId, RecordId
from provenance.pipeline import Context, Judging
from provenance.pipeline.judges import contamination, poison
from provenance.pipeline.judging_all import judge_all

SHARED = Path(__file__).parents[2] / "shared"
#: Kind -> the checks that are for it.
FOR: Mapping[str, tuple[str, ...]] = {
    "benchmark": ("contamination",), "verbatim": ("exact_duplicate", "near_duplicate"),
    "renamed": ("renamed_copy", "near_duplicate"), "wrong-parent": ("declared_parent",), "smuggled": ("declared_origin",),
    "secret": ("secrets",), "personal": ("personal_data",), "hidden": ("hidden_text",), "poison": ("poisoning",),
    "licence": ("licence",), "burst": ("poisoning",)}
#: Checks that speak of a record and not of a whole source or generator.
OF_RECORDS = frozenset(check for checks in FOR.values() for check in checks) | {"novelty", "origin"}
_LIKENESS = frozenset({"exact_duplicate", "near_duplicate", "renamed_copy", "novelty", "origin"})
_LINE = re.compile(r" \(line \d+\)")


@dataclass(frozen=True, slots=True)
class Said:
    """One verdict that is no pass."""

    check: str
    outcome: str
    reason: str
    value: str


Words = Mapping[RecordId, Sequence[Said]]


def said_in(ledger: Ledger, batches: Iterable[BatchId]) -> Words:
    """All `warn` and `fail` in some batches, by record."""
    found: dict[RecordId, list[Said]] = defaultdict(list)
    for batch in batches:
        manifest = ledger.require(batch)
        if "verdicts" in manifest.parts:
            for row in ledger.table(manifest, "verdicts").to_pylist():
                if row["outcome"] in ("warn", "fail") and row["batch"] is not None:
                    found[RecordId(row["batch"], row["row"])].append(
                        Said(row["check"], row["outcome"], row["reason"], row["value"]))
    return found


@dataclass(frozen=True, slots=True)
class Case:
    """A bad record, what was said of it, and of what it was before it was spoilt (nothing, where it was not there)."""

    bad: Bad
    said: Sequence[Said]
    before: Sequence[Said] = ()

    @property
    def own(self) -> list[Said]:
        """What the check for its kind says of the plant: what it said before is no word about it."""
        known = {(each.check, each.outcome, _LINE.sub("", each.value)) for each in self.before}
        return [each for each in self.said if each.check in FOR[self.bad.kind]
                and (each.check, each.outcome, _LINE.sub("", each.value)) not in known]

    @property
    def became(self) -> str:
        """"fail", "warn", "other" (only another check says more than before) or "missed"."""
        outcomes = {each.outcome for each in self.own}
        if outcomes:
            return "fail" if "fail" in outcomes else "warn"
        known = {(each.check, each.outcome) for each in self.before}
        more = {each.check for each in self.said if (each.check, each.outcome) not in known}
        # That a host is like another file is no word about what was hidden in it.
        return "other" if more & OF_RECORDS - _LIKENESS else "missed"


def cases(truth: Truth, places: Mapping[RecordId, Bad], said: Words, apart: Words,
          before: Mapping[str, RecordId]) -> dict[RecordId, Case]:
    """Every bad record with what was said of it and of its text from before."""
    found = {}
    for record, bad in places.items():
        was = before.get(bad.where) or (RecordId.parse(truth.before[bad.where]) if bad.where.startswith("rec:")
                                        and bad.where in truth.before else None)
        found[record] = Case(bad, said.get(record, ()), apart.get(was, ()) if was else ())
    return found


def placed(bad: Sequence[Bad], roots: Mapping[str, RecordId]) -> dict[RecordId, Bad]:
    """Bad records by their ids."""
    return {roots[each.where] if each.where in roots else RecordId.parse(each.where): each for each in bad}


def table(found: Mapping[RecordId, Case], said: Words, roots: Mapping[str, RecordId]) -> list[dict[str, object]]:
    """A row a kind. `original`: the copy passes, and the file that it was copied from is refused as the copy's copy."""
    rows = []
    for kind in (*KINDS, "burst"):
        outcomes = Counter[str]()
        for record, case in found.items():
            if case.bad.kind == kind:
                outcomes[became_of(record, case, said, roots)] += 1
        rows.append({"kind": kind, "planted": sum(outcomes.values()),
                     **{name: outcomes[name] for name in ("fail", "warn", "original", "other", "missed")},
                     "check": ", ".join(FOR[kind])})
    return rows


def became_of(record: RecordId, case: Case, said: Words, roots: Mapping[str, RecordId]) -> str:
    """`Case.became`, or "original": the file that it was copied from is refused in its stead."""
    became, other = case.became, roots.get(case.bad.original)
    if became in ("other", "missed") and other and any(
            each.check in FOR[case.bad.kind] and str(record) in each.reason for each in said.get(other, ())):
        return "original"
    return became


def alarms(ledger: Ledger, truth: Truth, spoilt: set[RecordId], places: Mapping[RecordId, Bad],
           said: Words) -> list[dict[str, object]]:
    """Records that nobody spoilt and a check speaks of; `beside`: it names a spoilt record (its copy, a nearer parent)."""
    rows = []
    bad = {str(record) for record in places}
    for title, batches in truth.batches.items():
        clean = [record for batch in batches for record in (RecordId(batch.number, row)
                 for row in range(ledger.require(batch).records)) if record not in spoilt]
        counts, beside = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
        for record in clean:
            for key in {(one.check, one.outcome) for one in said.get(record, ())}:
                counts[key] += 1
                beside[key] += all(one.reason.partition(": ")[2] in bad for one in said[record]
                                   if (one.check, one.outcome) == key)
        rows += [{"of": title, "clean": len(clean), "check": check, "outcome": outcome, "records": number,
                  "beside": beside[check, outcome]} for (check, outcome), number in sorted(counts.items())]
    return rows


def _with_descendants(ledger: Ledger, spoilt: set[RecordId]) -> set[RecordId]:
    edges = [(RecordId(row["batch"], row["row"]), RecordId(row["parent_batch"], row["parent_row"]))
             for manifest in ledger.manifests() if "edges" in manifest.parts
             for row in ledger.table(manifest, "edges").to_pylist()]
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
    began, context = time.monotonic(), Context.local(ledger, "planted")
    results = judge_all(context, batches, Judging(settings={
        "contamination": contamination.Settings(benchmarks=(str(coboleval(asked.corpora)),))}))
    print(f"judged in {time.monotonic() - began:.0f} s: " + ", ".join(f"{result.verdicts}" for result in results), flush=True)
    said = said_in(ledger, (*batches, *(batch for result in results for batch in result.batches)))
    before = judge_all(context, truth.apart[BEFORE], Judging(("screen", "poison")))
    twins = judge_all(context, (*truth.batches["COBOL and JCL, people"], *truth.apart[TWINS]), Judging(("poison",)))
    apart = said_in(ledger, (*truth.apart[BEFORE], *(batch for result in before + twins for batch in result.batches)))
    report(ledger, truth, said, apart)
    lower = judge_all(context, batches, Judging(("poison",), {"poison": poison.Settings(burst=10)}))
    again = said_in(ledger, [batch for result in lower for batch in result.batches])
    bursts = [record for record, some in again.items() for one in some if "trigger-burst" in one.reason + one.value]
    hit = {record for record, bad in placed(truth.bad, _roots(ledger, batches)).items() if bad.kind == "burst"}
    print(f"\nwith poison.burst = 10: {len(hit & set(bursts))} of {len(hit)} of the burst, {len(set(bursts) - hit)} others")
    return 0


def _roots(ledger: Ledger, batches: Iterable[BatchId]) -> dict[str, RecordId]:
    return {where: record for where, (record, _) in records_of(ledger, batches).items()}


def report(ledger: Ledger, truth: Truth, said: Words, apart: Words) -> None:
    """The tables, each miss, and each alarm."""
    roots = _roots(ledger, (batch for some in truth.batches.values() for batch in some))
    before = {where.replace(f" {BEFORE} ", " ", 1): record for where, record in _roots(ledger, truth.apart[BEFORE]).items()}
    places = placed(truth.bad, roots)
    found = cases(truth, places, said, apart, before)
    show(table(found, said, roots))
    for kind in (*KINDS, "burst"):
        print(f"\n-- {kind}")
        for record, case in found.items():
            if case.bad.kind == kind:
                print(f"{became_of(record, case, said, roots):8} {case.bad.how:40.40} {case.bad.where} | " + "; ".join(
                    f"{one.check} {one.outcome} {one.reason}"[:110] for one in (case.own or case.said)
                    if one.check in OF_RECORDS))
    spoilt = _with_descendants(ledger, set(places))
    print("\n-- licences that the record names itself (a gate that allows no such licence denies it)")
    for record, case in found.items():
        if case.bad.kind == "licence":
            print(f"{case.bad.how:20} {ledger.records(BatchId(record.batch))[record.row].licence}")
    print("\n-- alarms on clean records")
    show(alarms(ledger, truth, spoilt, places, said))
    smuggled(ledger, truth, {record for record, bad in places.items() if bad.kind == "smuggled"})
    names = {record: where for where, record in roots.items()}
    for record, some in sorted(said.items()):
        for one in some if record not in spoilt else ():
            if one.check in OF_RECORDS and one.check != "origin":
                print(json.dumps({"record": str(record), "name": names.get(record, ""), "check": one.check,
                                  "outcome": one.outcome, "reason": one.reason[:140], "value": one.value[:300]}))


def smuggled(ledger: Ledger, truth: Truth, bad: set[RecordId]) -> None:
    """Where the smuggled stand among all Java that is declared human, from the smallest p-value."""
    human = {RecordId(batch.number, row) for title in ("Java, people", "Java, claimed") for batch in truth.batches[title]
             for row in range(ledger.require(batch).records)}
    scored = {}
    for manifest in ledger.manifests():
        for row in ledger.table(manifest, "verdicts").to_pylist() if "verdicts" in manifest.parts else ():
            if row["check"] == "declared_origin" and row["batch"] is not None and "conformal_p" in (row["value"] or ""):
                value = json.loads(row["value"])
                scored[RecordId(row["batch"], row["row"])] = (value["conformal_p"], -value["origin_score"])
    order = sorted(human & set(scored), key=lambda record: scored[record])
    print(f"\n-- smuggled, in order of the p-value, among {len(order)} of {len(human)} (the others abstain): " + ", ".join(
        f"{len(bad & set(order[:len(order) * share // 100]))} in the first {share} %" for share in (1, 5, 10, 20)))


if __name__ == "__main__":
    sys.exit(main())
