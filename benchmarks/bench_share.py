"""How much of a pipeline's time is provenance? Runs the whole pipeline over a repository and splits the wall time.

    python benchmarks/bench_share.py [REPOSITORY OR BUNDLE] [--claim human --by WHO]

*making* is the steps themselves (git, transforms, compilers, runs, shingles); *inspecting* is Great Expectations;
*provenance* is all the rest: events, digests, Parquet, manifests, fsync. All three are from one run.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

import sample_repository

from provenance.checks import inspect
from provenance.ledger import Ledger
from provenance.pipeline import Run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", nargs="?", default="")
    parser.add_argument("--claim", default="")
    parser.add_argument("--by", default="")
    parser.add_argument("--policy", default="sample")
    arguments = parser.parse_args()
    inspect("verified", {name: [] for name in ("record", "check", "outcome", "value", "reason", "tool", "tool_version")})
    with tempfile.TemporaryDirectory() as folder:
        source = arguments.source
        if not source:
            source = f"{folder}/samples"
            sample_repository.make(Path(source))
        with Run("bench", Ledger.init(f"{folder}/ledger")) as run:
            roots = run.ingest(source, claim=arguments.claim, by=arguments.by, languages=("cobol",))
            records = roots + run.augment(roots, seed=7)
            run.verify(records)
            run.judge(records)
            run.assemble("bench", records, arguments.policy)
        rows = [{"step": r.step, "records": r.records, "verdicts": r.verdicts, "seconds": round(r.seconds, 2),
                 "making": round(r.making, 2), "inspecting": round(r.inspecting, 2),
                 "provenance": round(r.seconds - r.making - r.inspecting, 2)} for r in run.results]
    total = {key: round(sum(row[key] for row in rows), 2) for key in ("seconds", "making", "inspecting", "provenance")}
    for row in [*rows, {"step": "all", **total}]:
        print("  ".join(f"{key} {value}" for key, value in row.items()))
    print(json.dumps({"benchmark": "share", "source": source, **total,
                      "share_provenance": round(total["provenance"] / total["seconds"], 4),
                      "share_inspecting": round(total["inspecting"] / total["seconds"], 4)}))


if __name__ == "__main__":
    main()
