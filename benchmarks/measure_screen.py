"""What the screen finds of what was planted, what it says of programs that people published, and how fast it is.

    python -m benchmarks.measure_screen [--corpora FOLDER] [--show RULE]

Planted values are in `benchmarks.screen_plants`. Over a corpus nobody knows the truth, so the number of findings of each
rule is an upper bound of its false alarms; ``--show`` prints the places of one rule (with their values) to be looked at.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from benchmarks.screen_plants import FOREIGN, HARMLESS, OWN, PEOPLE, PERSONAL, planted
from provenance.errors import ToolMissing
from provenance.sources.secret_scanner import Kingfisher, find_scanner
from provenance.steps.screen import Finding, hidden, join, people, personal, screen, secrets


def found(text: str, start: int, end: int, findings: Iterable[Finding]) -> list[Finding]:
    """The findings that touch a value."""
    return [one for one in findings if one.start < end and one.end > start]


def recall(scanner: Kingfisher | None) -> None:
    """How many of the planted values are found: by our rules, by kingfisher, by both; where, and how surely."""
    print("planted                    n   ours  kingfisher  both  exact  certain")
    own = [("cobol", text) for texts in OWN.values() for text in texts]
    data = [("cobol", text) for texts in PERSONAL.values() for text in texts]
    for name, cases in (("own rules' examples", own), ("by issuers and manuals", [("cobol", text) for text in FOREIGN]),
                        ("personal data", data), ("names of people", [(language, text) for language, _, text in PEOPLE])):
        counts = Counter[str]()
        for language, marked in cases:
            text, start, end = planted(marked)
            text += "\n"
            ours, theirs = screen(text, language), scanner.scan(text)[0] if scanner else []
            both = found(text, start, end, join(ours, theirs))
            counts.update(ours=bool(found(text, start, end, ours)), theirs=bool(found(text, start, end, theirs)), both=bool(both),
                          exact=any((one.start, one.end) == (start, end) for one in both),
                          certain=any(one.certain for one in both))
            if not both:
                print(f"  missed: {text.strip()!r}", file=sys.stderr)
        print(f"{name:24}{len(cases):4}{counts['ours']:7}{counts['theirs']:12}{counts['both']:6}{counts['exact']:7}"
              f"{counts['certain']:9}")
    alarms = sum(bool(join(screen(text, language), scanner.scan(text)[0] if scanner else [])) for language, text in HARMLESS)
    print(f"harmless texts with a finding: {alarms} of {len(HARMLESS)}")


def corpus(folder: Path, scanner: Kingfisher | None, show: str) -> None:
    """Findings of each rule over the files of a folder, and megabytes a second of each part."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()
             and path.relative_to(folder).parts[0] not in ("LICENSES", "git", "manifest.jsonl")]
    texts = [(path.relative_to(folder), _decoded(path.read_bytes()), path.relative_to(folder).parts[0]) for path in files]
    size = sum(len(text.encode("utf-8", "replace")) for _, text, _ in texts) / 1e6
    print(f"\n{len(texts)} files, {size:.1f} MB")
    counts, where = Counter[tuple[str, str, bool]](), dict[tuple[str, str, bool], set[Path]]()
    failed, warned = Counter[str](), Counter[str]()
    for path, text, language in texts:
        findings = join(screen(text, language), scanner.scan(text)[0] if scanner else [])
        for check in {one.check for one in findings}:
            (failed if any(one.certain for one in findings if one.check == check) else warned)[check] += 1
        for one in findings:
            key = (one.check, one.rule, one.certain)
            counts[key] += 1
            where.setdefault(key, set()).add(path)
            if one.rule == show:
                print(f"  {path}:{text.count(chr(10), 0, one.start) + 1}: {text[max(0, one.start - 40):one.end]!r}")
    for (check, rule, certain), number in sorted(counts.items()):
        print(f"{check:14}{rule:36}{'certain' if certain else 'uncertain':10}{number:5} findings"
              f"{len(where[check, rule, certain]):5} files")
    print("files that fail:", dict(failed), " files that warn:", dict(warned))
    parts: list[tuple[str, Callable[[str, str], object]]] = [
        ("secrets", lambda text, language: secrets.find_secrets(text)),
        ("personal numbers", lambda text, language: personal.find_personal(text)),
        ("names of people", people.find_people), ("hidden text", lambda text, language: hidden.find_hidden(text)),
        ("all of ours", screen)]
    if scanner:
        parts.append(("kingfisher", lambda text, language: scanner.scan(text)))
    for name, look in parts:
        began = time.process_time()
        for _, text, language in texts:
            look(text, language)
        print(f"{name:18}{size / (time.process_time() - began):8.1f} MB/s")


def _decoded(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, default=Path(__file__).parents[2] / "shared" / "corpora")
    parser.add_argument("--show", default="", help="a rule whose places are printed, with their values")
    given = parser.parse_args()
    try:
        began = time.monotonic()
        scanner = find_scanner()
        print(f"kingfisher {scanner.version}: rules ready after {time.monotonic() - began:.1f} s")
    except ToolMissing as error:
        scanner = None
        print(error)
    recall(scanner)
    if given.corpora.is_dir():
        corpus(given.corpora, scanner, given.show)


if __name__ == "__main__":
    main()
