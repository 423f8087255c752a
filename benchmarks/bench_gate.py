"""How long the gate takes, against a bare scan and join of the same columns, in one run on one ledger.

    python -m benchmarks.bench_gate --records 1000000
    python -m benchmarks.bench_gate --records 10000000 --batches 1000 --path /tmp/ledger-10m   # keeps the ledger

Prints a line a fact, then gate, baseline and their ratio (best of the rounds, and every round). The baseline reads and
joins what the gate must know about (class, evidence, depth, licences, content digest; verdicts; edges with both ends)
and decides nothing. The ledger is synthetic (`benchmarks.synthetic`), with 0.1 % failed verdicts and mixed splits, so
every rule has work to do and some deny. Opening the lens and hashing the files are shown apart.
"""

from __future__ import annotations

import argparse
import dataclasses
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import synthetic
from provenance.gate.decide import decide
from provenance.gate.policy import Policy
from provenance.ledger import Ledger
from provenance.lineage import facts as facts_module
from provenance.lineage.facts import gather, rehash
from provenance.lineage.lens import Lens
from provenance.model.origin import OriginClass

POLICY = Policy(
    name="bench",
    origins=(OriginClass.HUMAN, OriginClass.SYNTHETIC_RULE, OriginClass.SYNTHETIC_MODEL),
    min_human_share=0.1,
    max_depth=6,
    licences=synthetic.LICENCES,
    ingested=("syntax",),
    derived=("syntax", "secrets"),
)

#: Same columns, read and joined, nothing decided.
BASELINES = {
    "records": """
        SELECT max(r.origin), max(r.evidence), max(r.depth), max(r.licence), max(len(r.licences)), bool_or(r.overflow),
               max(m.origin)
        FROM raw_members m JOIN raw_records r ON r.batch = m.batch AND r."row" = m."row" WHERE m.dataset = $dataset""",
    "content": """
        SELECT max(r.content_sha256)
        FROM raw_members m JOIN raw_records r ON r.batch = m.batch AND r."row" = m."row" WHERE m.dataset = $dataset""",
    "verdicts": """
        SELECT v."check", v.outcome, count(*)
        FROM raw_members m JOIN raw_verdicts v ON v.batch = m.batch AND v."row" = m."row" WHERE m.dataset = $dataset
        GROUP BY ALL""",
    "edges": """
        SELECT count(*), count(*) FILTER (c.split <> p.split)
        FROM raw_edges e
        JOIN raw_members c ON c.batch = e.batch AND c."row" = e."row" AND c.dataset = $dataset
        JOIN raw_members p ON p.batch = e.parent_batch AND p."row" = e.parent_row AND p.dataset = $dataset""",
}


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--batches", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--path", help="use the ledger here, or make one and keep it")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(asked.path or f"{folder}/ledger")
        if not (path / "ledger.json").exists():
            synthetic.build(path, records=asked.records, batches=asked.batches, verdicts=True, dataset=True)
        measure(Ledger(path), asked.rounds, asked.threads)


def measure(ledger: Ledger, rounds: int, threads: int) -> None:
    opening, lens = timed(lambda: Lens(ledger, threads=threads))
    dataset = int(lens.query("SELECT dataset FROM raw_datasets").rows[0][0])
    per_fact: dict[str, float] = {}
    ask, keep = facts_module._ask, lens.keep

    def watched(lens: Lens, fact: str, params: Any = None) -> list[dict[str, Any]]:
        took, rows = timed(lambda: ask(lens, fact, params))
        per_fact[fact] = min(took, per_fact.get(fact, took))
        return rows

    def watched_keep(name: str, sql: str, params: Any = None) -> int:
        took, rows = timed(lambda: keep(name, sql, params))
        per_fact[f"keep {name}"] = min(took, per_fact.get(f"keep {name}", took))
        return int(rows)

    facts_module._ask = watched
    lens.keep = watched_keep  # type: ignore[method-assign]
    gates, bases, best = [], [], dict.fromkeys(BASELINES, float("inf"))
    cpu = [0.0, 0.0]  # gate, baseline: less shaken than wall time by what else the machine does
    for _ in range(rounds):  # in turns, so that a noisy minute hits both
        start = time.process_time()
        took, facts = timed(lambda: gather(lens, dataset, POLICY))
        cpu[0] += time.process_time() - start
        gates.append(took)
        total, start = 0.0, time.process_time()
        for name, sql in BASELINES.items():
            took, _ = timed(lambda sql=sql: lens.query(sql, {"dataset": dataset}))
            best[name] = min(best[name], took)
            total += took
        bases.append(total)
        cpu[1] += time.process_time() - start
    facts_module._ask = ask
    hashing, altered = timed(lambda: rehash(ledger, dataset))
    deciding, decision = timed(lambda: decide(POLICY, dataclasses.replace(facts, altered_files=altered)))
    print(
        f"{facts.members:,} members; outcome {decision.outcome}, denied by "
        f"{', '.join(reason.rule for reason in decision.denials)}"
    )
    for fact, took in per_fact.items():
        print(f"  {fact:<24} {took:7.3f} s")
    for name, took in best.items():
        print(f"  baseline {name:<15} {took:7.3f} s")
    print(f"CPU: gate {cpu[0] / rounds:.2f} s, baseline {cpu[1] / rounds:.2f} s a round, ratio {cpu[0] / cpu[1]:.2f}")
    print(f"open lens {opening:.3f} s, hash files {hashing:.3f} s, decide {deciding * 1000:.2f} ms")
    print(f"rounds: gate {', '.join(f'{t:.2f}' for t in gates)} s; baseline {', '.join(f'{t:.2f}' for t in bases)} s")
    print(
        f"gate {min(gates):.3f} s, bare scan+join {min(bases):.3f} s, ratio {min(gates) / min(bases):.2f}; "
        f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB"
    )


if __name__ == "__main__":
    main()
