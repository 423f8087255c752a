"""One repository through the whole pipeline, and what became of every file: the figures that a release reports.

    python -m benchmarks.measure_corpus REPOSITORY_OR_BUNDLE [--claim human --by WHO] [--ledger FOLDER]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from provenance.cli.output import show
from provenance.errors import PolicyError
from provenance.ledger import Ledger
from provenance.lineage import Lens, ask
from provenance.pipeline import Run

QUERIES = {
    "records by origin, language and kind": "SELECT step, origin, evidence, language, kind, count(*) AS records FROM records "
                                            "GROUP BY ALL ORDER BY ALL",
    "checks of COBOL programs": "SELECT r.step, v.\"check\", v.outcome, split_part(v.reason, ':', 1) AS why, count(*) AS records "
                                "FROM verdicts v JOIN records r USING (record) WHERE r.language = 'cobol' AND r.kind = 'program' "
                                "AND v.\"check\" IN ('syntax', 'compile', 'run', 'differential', 'near_duplicate', "
                                "'exact_duplicate') GROUP BY ALL ORDER BY ALL",
    "evidence of the differential passes": "SELECT q.params->>'transform' AS transform, v.value->>'evidence' AS evidence, "
                                           "count(*) AS records FROM verdicts v JOIN records r USING (record) "
                                           "JOIN recipes q ON q.recipe = r.recipe WHERE v.\"check\" = 'differential' "
                                           "AND v.outcome = 'pass' GROUP BY ALL ORDER BY ALL",
    "refusals of transforms": "SELECT \"check\", split_part(reason, ':', 1) AS why, count(*) AS programs FROM verdicts "
                              "WHERE \"check\" LIKE 'augment:%' GROUP BY ALL ORDER BY ALL",
    "refused files": "SELECT split_part(reason, ':', 1) AS why, count(*) AS files FROM verdicts WHERE \"check\" = 'ingest' "
                     "AND record IS NULL GROUP BY ALL ORDER BY ALL",
    "SWHID equals the git blob id": "SELECT count(*) AS records, "
                                    "count(*) FILTER (split_part(split_part(r.swhid, ';', 1), ':', 4) = s.blob) "
                                    "AS equal FROM raw_records r JOIN raw_sources s USING (batch, row)",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source")
    parser.add_argument("--claim", default="")
    parser.add_argument("--by", default="")
    parser.add_argument("--ledger", default="")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        began = time.monotonic()
        ledger = Ledger.init(arguments.ledger or Path(scratch, "ledger"))
        with Run("measure", ledger) as run:
            records = run.ingest(arguments.source, claim=arguments.claim, by=arguments.by)
            records += run.augment(records, seed=7)
            run.verify(records)
            run.judge(records)
            gates = []
            try:
                dataset = run.assemble("measured", records, "sample")
                for policy in ("sample", "train", "strict"):
                    decision = run.gate(dataset, policy).decision
                    gates.append({"policy": policy, "outcome": str(decision.outcome), "records": dataset.manifest["size"],
                                  "origins": dataset.manifest["origins"], "splits": dataset.manifest["splits"],
                                  "why not": "; ".join(f"{r.rule}: {r.found}" for r in decision.denials)})
            except PolicyError as error:
                gates.append({"policy": "sample", "outcome": "no set", "why not": str(error)})
        print(f"\n== {Path(arguments.source).name}: {time.monotonic() - began:.0f} s")
        show([{"step": r.step, "batches": r.made, "records": r.records, "verdicts": r.verdicts, "seconds": round(r.seconds, 1),
               "making": round(r.making, 1), "inspecting": round(r.inspecting, 1),
               "provenance": round(r.seconds - r.making - r.inspecting, 2)} for r in run.results])
        for row in gates:
            print("  ".join(f"{name}: {value}" for name, value in row.items()))
        with Lens(ledger) as lens:
            print("\n-- transforms")
            show(ask(lens, "transforms").dicts())
            for title, query in QUERIES.items():
                print(f"\n-- {title}")
                show(lens.query(query).dicts())


if __name__ == "__main__":
    main()
