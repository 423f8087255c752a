"""How fast, how right and how large: sketches beside datasketch and rensa, verdicts beside all pairs, 1 and 10 million.

    python -m benchmarks.bench_duplicates [--corpora ../shared/corpora] [--files 3000] [--records 1000000 10000000]

*Speed* is sketches of real code of 2.5 kB in the mean, on all cores and on one, beside datasketch over the same tokens
and rensa alone over tokens that somebody else has hashed; all in one run. *Right* is the whole judge over a ledger of
real files and planted variants, beside the exact rule by all pairs. *Large* is the bucketing and the greedy rule over
band keys that are drawn, in a process of its own: keys collide as those of unrelated code do (similarity 0.044), and a
twentieth of the records are copies at 0.85. Texts and shingles are not part of that; they are read in one pass.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from provenance.languages import all_languages
from provenance.ledger import Draft, Ledger, codec
from provenance.model.identity import BatchId, Digest, RecordId
from provenance.model.origin import OriginClass
from provenance.model.recipe import Recipe
from provenance.model.record import Ancestry, Record
from provenance.pipeline.context import Context
from provenance.pipeline.judges.duplicates import Settings, judge
from provenance.steps import shingles
from provenance.steps.dedup import greedy
from provenance.steps.dedup_bands import buckets, combinations
from provenance.steps.dedup_sketch import MASKED, RAW, SHINGLE, grams, rensa, sketch

CORPORA = Path(__file__).parents[2] / "shared" / "corpora"
THRESHOLD = 0.85
MEAN = 2_500


def say(**values: object) -> None:
    print("  ".join(f"{key} {value}" for key, value in values.items()), flush=True)


def code(corpora: Path) -> list[tuple[str, str]]:
    """(language, text) of every source file of the corpora."""
    endings = {ending: language.name for language in all_languages().values() for ending in language.extensions}
    found = []
    for path in sorted(corpora.rglob("*")):
        language = endings.get(path.suffix.lower())
        if language and language != "prose" and path.is_file() and 200 < path.stat().st_size < 200_000:
            found.append((language, path.read_bytes().decode("latin-1").replace("\r\n", "\n")))
    return found


def pieces(files: Sequence[tuple[str, str]], count: int) -> list[str]:
    """Runs of lines of Java files, of a length that varies as that of files does and is 2.5 kB in the mean."""
    draw = random.Random(1)
    lines = [line for language, text in files if language == "java" for line in text.splitlines(keepends=True)]
    made = []
    while len(made) < count:
        start, size = draw.randrange(len(lines) - 3_000), draw.lognormvariate(7.5, 0.8)
        text = ""
        while len(text) < size and start < len(lines):
            text += lines[start]
            start += 1
        made.append(text)
    return made


def best(work: Callable[[], object], times: int = 3) -> tuple[float, float]:
    """Least wall and processor seconds."""
    walls, cpus = [], []
    for _ in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return min(walls), min(cpus)


def speed(files: Sequence[tuple[str, str]], count: int) -> None:
    texts = pieces(files, count)
    say(speed="texts", count=count, bytes=round(sum(len(text.encode()) for text in texts) / count))

    def tell(name: str, number: int, work: Callable[[], object], times: int = 3) -> None:
        wall, cpu = best(work, times)
        say(speed=name, docs_a_second=round(number / wall), docs_a_cpu_second=round(number / cpu))

    import datasketch

    few = texts[:min(400, count)]
    token = re.compile(r"\w+(?:-\w+)*|[^\s\w]")

    def reference() -> None:
        for text in few:
            words = token.findall(text.lower())
            minhash = datasketch.MinHash(num_perm=128)
            minhash.update_batch({" ".join(words[at:at + SHINGLE]).encode() for at in range(max(1, len(words) - SHINGLE + 1))})

    tell("datasketch (regex, sha1, 128)", len(few), reference, 1)
    _, runs = grams(texts, "java", RAW)
    offsets = runs.offsets.astype(np.uint64)
    tell("rensa (hashed by somebody else)", count,
         lambda: rensa().RMinHash.digest_matrix_from_flat_token_hashes(runs.hashes, offsets, 128, 42))
    tell("tokens and shingles", count, lambda: shingles.shingle(shingles.tokenise(texts), SHINGLE))
    for view in (RAW, MASKED):
        tell(f"sketch {view.name}, 1 thread", count, lambda view=view: sketch(texts, "java", view))
        with ThreadPoolExecutor(2) as pool:
            tell(f"sketch {view.name}, 2 threads", count, lambda view=view: sketch(texts, "java", view, pool.map))


def variants(files: Sequence[tuple[str, str]], count: int) -> list[tuple[str, str]]:
    """The files, and copies of them with some lines left out, put twice or changed in a word, of every degree."""
    draw = random.Random(2)
    made = list(files)
    while len(made) < count:
        language, text = draw.choice(files)
        lines = text.splitlines(keepends=True)
        for _ in range(int(len(lines) * draw.choice([0, 0.01, 0.02, 0.03, 0.05, 0.1])) + 1):
            at = draw.randrange(len(lines))
            kind = draw.random()
            if kind < 0.4:
                lines[at] = re.sub(r"\w+", f"V{draw.randrange(999)}", lines[at], count=1)
            elif kind < 0.7 and len(lines) > 5:
                del lines[at]
            else:
                lines.insert(at, lines[draw.randrange(len(lines))])
        made.append((language, "".join(lines)))
    draw.shuffle(made)
    return made[:count]


def exact(sets: Sequence[shingles.Hashes]) -> tuple[list[int], dict[tuple[int, int], float]]:
    """The greedy rule by all pairs, and the similarity of every pair at the threshold or more."""
    from scipy import sparse

    _, columns = np.unique(np.concatenate(sets), return_inverse=True)
    rows = np.repeat(np.arange(len(sets)), [len(each) for each in sets])
    matrix = sparse.csr_matrix((np.ones(len(rows), np.int32), (rows, columns)))
    sizes = np.diff(matrix.indptr)
    alike: dict[tuple[int, int], float] = {}
    for start in range(0, len(sets), 500):
        block = (matrix[start:start + 500] @ matrix.T).tocoo()
        one, other = block.row + start, block.col
        similarity = block.data / (sizes[one] + sizes[other] - block.data)
        for at in np.flatnonzero((similarity >= THRESHOLD) & (other < one)):
            alike[int(one[at]), int(other[at])] = float(similarity[at])
    before: dict[int, list[int]] = {}
    for one, other in sorted(alike):
        before.setdefault(one, []).append(other)
    twins: list[int] = []
    for number in range(len(sets)):
        twins.append(next((other for other in before.get(number, ()) if twins[other] < 0), -1))
    return twins, alike


def right(files: Sequence[tuple[str, str]], count: int) -> None:
    made = variants(files, count)
    ancestry = Ancestry.of_root(OriginClass.HUMAN, "MIT", "bench")
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger.init(f"{folder}/ledger")
        batches: list[BatchId] = []
        order: list[RecordId] = []
        texts: dict[RecordId, tuple[str, str]] = {}
        for start in range(0, len(made), 500):
            part = made[start:start + 500]
            recipe = Recipe("ingest", "1", {"start": start})
            records = [Record(text=text, name="A", language=language, kind="program", licence="MIT",
                              content=Digest.of(text.encode()), swhid="", size=len(text), lines=text.count("\n"),
                              ancestry=ancestry) for language, text in part]
            ledger.commit(Draft(recipe, codec.encode_records(recipe.batch, records)),
                          run="00000000-0000-0000-0000-000000000000", job="bench")
            batches.append(recipe.batch)
            texts.update((RecordId(recipe.batch.number, row), each) for row, each in enumerate(part))
        order = sorted(texts)
        result = judge(Context(ledger, "bench"), batches, Settings(near=THRESHOLD))
        rows = [row for batch in result.batches for row in ledger.table(ledger.require(batch), "verdicts").to_pylist()]
    place = {record: number for number, record in enumerate(order)}
    said, renamed, judged = [-1] * len(order), 0, 0
    for row in rows:
        if row["check"] == "near_duplicate" and row["outcome"] == "fail":
            said[place[RecordId(row["batch"], row["row"])]] = place[RecordId.parse(json.loads(row["value"])["of"])]
        renamed += row["check"] == "renamed_copy" and row["outcome"] == "fail"
        judged += row["check"] == "renamed_copy" and row["outcome"] in ("pass", "fail")
    sets = [grams([texts[record][1]], texts[record][0], RAW)[1].distinct(0) for record in order]
    wanted, alike = exact(sets)
    copies = [number for number, twin in enumerate(wanted) if twin >= 0]
    failed = [number for number, twin in enumerate(said) if twin >= 0]
    true = sum((number, said[number]) in alike for number in failed)
    say(right="judge", records=len(order), pairs=len(alike), copies=len(copies), failed=len(failed),
        recall=round(sum(said[number] >= 0 for number in copies) / len(copies), 5), precision=round(true / len(failed), 5),
        same_twin=round(sum(said[number] == wanted[number] for number in copies) / len(copies), 5),
        seconds=round(result.seconds, 1), renamed_judged=judged, renamed_failed=renamed)


def large(count: int) -> None:
    """One size, in this process; says its own peak memory."""
    draw = np.random.default_rng(3)
    planted = np.flatnonzero(draw.random(count) < 0.05)
    planted = planted[planted > 0]
    of = draw.integers(0, planted)

    def column(band: int) -> np.ndarray:
        keys = np.random.default_rng([4, band]).integers(0, 1 << 18, count) * 0x5851F42D4C957F2D
        kept = np.random.default_rng([5, band]).random(len(planted)) < THRESHOLD ** RAW.rows
        keys[planted[kept]] = keys[of[kept]]
        return keys

    wall = time.perf_counter()
    found = buckets(column, combinations(RAW, THRESHOLD), RAW.bands)
    bucketed = time.perf_counter() - wall
    # Of a copied copy the first counts; its set is what all of them share but for one shingle in eight.
    origin = np.arange(count, dtype=np.int64)
    origin[planted] = of

    def shingles_of(number: int) -> shingles.Hashes:
        base = np.arange(40, dtype=np.uint64) + np.uint64(int(origin[number]) * 1_000)
        return base if origin[number] == number else np.append(base[:-3], np.uint64(int(origin[number]) * 1_000 + 999))

    wall = time.perf_counter()
    twins = greedy(found, np.full(count, 40, np.int64), THRESHOLD, shingles_of)
    say(large="buckets and rule", records=count, planted=len(planted), in_buckets=len(found.members), compared=twins.compared,
        copies=int((twins.twin >= 0).sum()), seconds_buckets=round(bucketed, 1),
        seconds_rule=round(time.perf_counter() - wall, 1),
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", type=Path, default=CORPORA)
    parser.add_argument("--texts", type=int, default=6_000)
    parser.add_argument("--files", type=int, default=3_000)
    parser.add_argument("--records", type=int, nargs="*", default=[1_000_000])
    parser.add_argument("--large", type=int, default=0, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.large:
        large(arguments.large)
        return
    if arguments.corpora.is_dir():
        files = code(arguments.corpora)
        if arguments.texts:
            speed(files, arguments.texts)
        if arguments.files:
            right(files, arguments.files)
    else:
        print(f"{arguments.corpora} is not here: no speed and no recall; --corpora names a folder of code")
    for count in arguments.records:
        subprocess.run([sys.executable, "-m", "benchmarks.bench_duplicates", "--large", str(count)], check=True)


if __name__ == "__main__":
    main()
