"""All benchmarks at sizes that end in some minutes; `make bench`. Every line of JSON is one result; ratios are of one run.

Larger sizes: ``python benchmarks/bench_questions.py --records 10000000`` and ``bench_gate.py`` in the same manner.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
BUNDLES = sorted(str(path) for path in (HERE.parents[1] / "shared" / "corpora" / "git").glob("*.bundle"))


def main() -> int:
    """Run each in its own process; the first failure ends the round."""
    for module, arguments in (("bench_ledger", []), ("bench_ingest", BUNDLES), ("bench_share", []),
                              ("bench_questions", ["--records", "1000000"]), ("bench_gate", ["--records", "1000000"])):
        print(f"== {module} {' '.join(Path(word).name for word in arguments)}", flush=True)
        done = subprocess.run([sys.executable, "-m", f"benchmarks.{module}", *arguments], cwd=HERE.parent, check=False)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
