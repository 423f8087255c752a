"""REVIEW: what people are asked, what they said, what it adds up to, and how far they agree. Pure.

    drawn = draw(candidates, [Take("random", 50), Take("risk", 20)], seed=7)
    verdict = agree(record, answers, needed=2)
    whole, pairs = measure(answers)

Nothing here reads a ledger, a file or a clock; `provenance.pipeline.reviewing` does. Nothing here decides for a person.
"""

from provenance.steps.review.agreement import Agreement, Pair, alpha, kappa, measure
from provenance.steps.review.answer import (
    QUESTIONS,
    ROLES,
    VERDICTS,
    Answer,
    Reply,
    Task,
    digest_of,
    faults_of,
    label_text,
    latest,
)
from provenance.steps.review.consensus import CHECK, NEEDED, VERSION, Settings, Standing, agree, untrusted
from provenance.steps.review.gold import KNOWN, Score, gold_digest, score
from provenance.steps.review.page import page
from provenance.steps.review.plan import HOW, Candidate, Drawn, Take, draw

__all__ = ["CHECK", "HOW", "KNOWN", "NEEDED", "QUESTIONS", "ROLES", "VERDICTS", "VERSION", "Agreement", "Answer", "Candidate",
           "Drawn", "Pair", "Reply", "Score", "Settings", "Standing", "Take", "Task", "agree", "alpha", "digest_of", "draw",
           "faults_of", "gold_digest", "kappa", "label_text", "latest", "measure", "page", "score", "untrusted"]
