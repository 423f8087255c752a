"""Ingest: files in, records and refusals out; exactly one answer for each file, in the order given.

    >>> entry = Entry(path="HELLO.cbl", blob="", size=20)
    >>> [made] = ingest([(entry, b"       STOP RUN.\\n")], Options(), "file:demo")
    >>> made.record.language, str(made.record.ancestry.origin), [v.check for v in made.verdicts]
    ('cobol', 'unknown', ['licence'])

A record's identity is computed from its bytes here and compared with what the source said; a difference stops the step,
because then the source cannot be trusted. No record is repaired, re-indented or trimmed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from provenance.errors import SourceError
from provenance.languages import by_extension, kind_of
from provenance.model.identity import Digest, Swhid, canonical_json
from provenance.model.origin import Evidence
from provenance.model.record import Ancestry, Record, SourceFacts
from provenance.model.verdict import Outcome, Verdict
from provenance.steps.ingest.decode import Decoded, count_lines, decode
from provenance.steps.ingest.entry import Entry, Options, Snapshot
from provenance.steps.ingest.evidence import claim_of, settle
from provenance.steps.ingest.licences import conclude, header
from provenance.steps.ingest.screens import before_reading, generated

#: Raised whenever the same files and options give other records.
VERSION = "1"

#: Refusals in which the sample itself is at fault; in all others it was not asked for or could not be seen.
_AT_FAULT = {"not-text", "encoding", "empty", "path-not-utf8"}


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of one file: its record with warnings, or no record and the refusal."""

    record: Record | None
    verdicts: tuple[Verdict, ...] = ()


def ingest_snapshot(snapshot: Snapshot, entries: Sequence[Entry], options: Options) -> Iterator[Ingested]:
    """`ingest` over a snapshot; asks it only for the bytes of files that are not refused beforehand."""
    wanted = [entry for entry in entries if not before_reading(entry, options)]
    contents = iter(snapshot.read(wanted))

    def pairs() -> Iterator[tuple[Entry, bytes | None]]:
        for entry in entries:
            yield (entry, None) if before_reading(entry, options) else next(contents)

    yield from ingest(pairs(), options, snapshot.repository)
    # A source may only know at its end that it was cut short, so it is always read to the end.
    assert next(contents, None) is None, "a source gave more than it was asked for"


def ingest(pairs: Iterable[tuple[Entry, bytes | None]], options: Options, repository: str) -> Iterator[Ingested]:
    """One `Ingested` for each file, in order.

    Raises:
        SourceError: bytes do not have the blob id that the source gave for them.
    """
    for entry, data in pairs:
        yield _one(entry, data, options, repository)


def _one(entry: Entry, data: bytes | None, options: Options, repository: str) -> Ingested:
    if reason := before_reading(entry, options):
        return _refused(entry, reason, repository)
    if data is None:
        return _refused(entry, entry.missing or "missing-blob", repository)
    if len(data) > options.max_bytes:  # sources that do not know the size beforehand
        return _refused(entry, f"too-large: {len(data)} bytes", repository)
    swhid = _qualified(entry, Swhid.of_content(data).hex, repository)
    if entry.blob and swhid.hex != entry.blob:
        raise SourceError(entry.path, f"has blob id {swhid.hex} where its source says {entry.blob}",
                          "the source is damaged or was changed while it was read; check it and run again")
    entry = replace(entry, blob=swhid.hex)
    decoded = decode(data)
    if decoded.reason:
        return _refused(entry, decoded.reason, repository)
    if not options.include_generated and (mark := generated(decoded.text)):
        return _refused(entry, f"generated: {mark}", repository)
    return _record(entry, data, decoded, swhid, options=options, repository=repository)


def _record(entry: Entry, data: bytes, decoded: Decoded, swhid: Swhid, *, options: Options,
            repository: str) -> Ingested:
    language = by_extension(entry.path)
    assert language is not None, "screens refuse files without a language"
    subject = str(swhid)
    licence, doubts = conclude(header(decoded.text), entry.licence_detected, options.licence)
    verdicts = [Verdict("licence", Outcome.WARN, subject=subject, value=licence, reason=doubt) for doubt in doubts]
    claim = claim_of(options.claim, options.claimed_by)
    finding, evidence, conflicts = settle([*entry.evidence, *([claim] if claim else []), *_guess(decoded)], subject)
    source = _facts(entry, repository)
    record = Record(
        text=decoded.text, name=entry.name, language=language.name, kind=kind_of(entry.path), licence=licence,
        content=Digest.of(data), swhid=subject, size=len(data), lines=count_lines(decoded.text),
        ancestry=Ancestry.of_root(finding.origin, licence, source.repository, finding.grade),
        evidence=evidence, source=source, encoding=decoded.encoding)
    return Ingested(record, (*verdicts, *conflicts))


def _guess(decoded: Decoded) -> list[Evidence]:
    if not decoded.guessed:
        return []
    return [Evidence("encoding", canonical_json({"encoding": decoded.encoding, "guessed": True}).decode())]


def _facts(entry: Entry, repository: str) -> SourceFacts:
    facts = entry.facts or SourceFacts(repository=repository, commit="", path=entry.path, blob=entry.blob)
    return replace(facts, blob=entry.blob)


def _qualified(entry: Entry, blob: str, repository: str) -> Swhid:
    facts = entry.facts
    named = {"origin": facts.repository if facts else repository,
             "anchor": f"swh:1:rev:{facts.commit}" if facts and facts.commit else "",
             "path": "/" + (facts.path if facts else entry.path)}
    return Swhid("cnt", blob, tuple((name, value) for name, value in named.items() if value))


def _refused(entry: Entry, reason: str, repository: str) -> Ingested:
    outcome = Outcome.FAIL if reason.split(":", maxsplit=1)[0] in _AT_FAULT else Outcome.SKIPPED
    # A submodule's id is a commit of another repository, not a blob.
    subject = str(_qualified(entry, entry.blob, repository)) if entry.blob and entry.mode != "160000" else entry.path
    return Ingested(None, (Verdict("ingest", outcome, subject=subject, reason=reason),))
