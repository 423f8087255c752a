"""From scores to one word on one record: declared and detected origin agree, disagree, or there is no ground to say.

    pass     consistent: among known records of the declared side this score is ordinary. Not: it was a person.
    warn     inconsistent, or of a source that is shifted as a whole: a person should look
    abstain  no ground to say, and why
    skipped  nothing is declared that this check could test

It never says ``fail``, never writes an origin, and knows no word for "human".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from provenance.model.identity import RecordId, canonical_json
from provenance.model.verdict import Outcome, Verdict
from provenance.steps.detect import features
from provenance.steps.detect.conformal import Shift, p_value, reachable
from provenance.steps.detect.detector import SCORES, Detector, Scored
from provenance.steps.detect.labels import Declared

CHECK = "declared_origin"
_UNTESTED: Mapping[Declared, str] = {
    Declared.NOTHING: "nothing-declared: the origin is unknown",
    Declared.HYBRID: "hybrid-origin: no score tells apart what a person and a model wrote together",
    Declared.RULE: "rule-made: a program made this text, and neither side of this check is a program"}


@dataclass(frozen=True, slots=True)
class Bar:
    """What a record must meet to be spoken of.

    Attributes:
        alpha: largest p-value that is inconsistent; the share of false alarms on records like the known ones.
        least_length: characters of its raw view.
        view: which score decides: "raw", "normalised" or "both" (their mean).
        least_own: known human records that the source of a record declared human must have.
    """

    alpha: float = 0.01
    least_length: int = 200
    view: str = "both"
    least_own: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """One record that is asked about.

    Attributes:
        declared: what it declares.
        scored: None where it was not scored.
        length: characters of its raw view.
        teaches: whether it is one of the calibration set.
        shift: its source against known human records; None where that was not measured or is not its question.
        source: name of that source.
        known_of_source: how many known human records of its own source there are: with none, nothing bounds the false
            alarms on it (docs/detector.md has measured what that does).
    """

    record: RecordId
    declared: Declared
    scored: Scored | None = None
    length: int = 0
    teaches: bool = False
    shift: Shift | None = None
    source: str = ""
    known_of_source: int = 0


def speak(asked: Asked, detector: Detector | None, calibration: str, why_none: str, bar: Bar) -> Verdict:
    """The verdict on one record.

    Args:
        detector: of its language and corpus; None where there is none, for the reason ``why_none``.
        calibration: name of the detector: its batch.
    """
    if asked.declared in _UNTESTED:
        return _verdict(asked, Outcome.SKIPPED, _UNTESTED[asked.declared], {})
    if detector is None:
        return _verdict(asked, Outcome.ABSTAIN, why_none, {})
    value: dict[str, Any] = {"calibration": calibration, "view": bar.view}
    if asked.length < bar.least_length:
        return _verdict(asked, Outcome.ABSTAIN, f"short-text: {asked.length} of {bar.least_length} characters", value)
    if asked.scored is None:
        raise ValueError(f"{asked.record} was to be scored and was not")
    side = str(asked.declared)
    known = {name: detector.scores[side, name] for name in SCORES}
    value |= {"against": side, "n": len(known[bar.view]), "known_raw": asked.scored.known_raw,
              "known_normalised": asked.scored.known_normalised}
    if asked.declared is Declared.HUMAN:
        value["known_of_source"] = asked.known_of_source
    if asked.shift is not None:
        value["source_shift"] = _shown(asked.shift, asked.source)
    if outside := detector.outside(asked.scored):
        return _verdict(asked, Outcome.ABSTAIN, f"outside-domain: {outside}", value)
    if asked.declared is Declared.HUMAN and asked.known_of_source < bar.least_own:
        return _verdict(asked, Outcome.ABSTAIN, f"strange-source: {asked.known_of_source} known human records of its source, "
                                                f"{bar.least_own} are needed", value)
    if not reachable(len(known[bar.view]), bar.alpha):
        return _verdict(asked, Outcome.ABSTAIN, f"alpha-unreachable: {len(known[bar.view])} known records cannot give a p of "
                                                f"{bar.alpha}", value)
    p = {name: p_value(known[name], getattr(asked.scored, name), high=asked.declared is Declared.HUMAN,
                       member=asked.teaches) for name in SCORES}
    value |= {"origin_score": round(getattr(asked.scored, bar.view), 4), "conformal_p": round(p[bar.view], 4),
              "raw": round(asked.scored.raw, 4), "raw_p": round(p["raw"], 4),
              "normalised": round(asked.scored.normalised, 4), "normalised_p": round(p["normalised"], 4)}
    other = "synthetic" if asked.declared is Declared.HUMAN else "human"
    if p[bar.view] <= bar.alpha:
        return _verdict(asked, Outcome.WARN, f"inconsistent: declared {side}, scored like known {other}", value)
    if asked.shift is not None and asked.shift.shifted:
        return _verdict(asked, Outcome.WARN, f"source-shift: {asked.shift.records} records of its source lie "
                                             f"{asked.shift.distance:.2f} towards known synthetic", value)
    return _verdict(asked, Outcome.PASS, "consistent", value)


def _shown(shift: Shift, source: str) -> dict[str, Any]:
    found = {name: round(each, 4) if isinstance(each, float) else each for name, each in asdict(shift).items()}
    return {"source": source, **found}


def _verdict(asked: Asked, outcome: Outcome, reason: str, value: dict[str, Any]) -> Verdict:
    return Verdict(CHECK, outcome, asked.record, value=canonical_json(value).decode() if value else "", reason=reason,
                   tool="corpus-provenance", tool_version=features.VERSION)
