"""Hypothesis strategies for the model's values, shared by all rooms' tests.

@given(records())
def test_something(record): ...
"""

from datetime import UTC, datetime

from hypothesis import strategies as st

from provenance.model.identity import MAX_ROW, BatchId, Digest, RecordId, Swhid
from provenance.model.origin import Evidence, EvidenceGrade, OriginClass
from provenance.model.recipe import Recipe
from provenance.model.record import LIST_CAP, Ancestry, Parent, Record, SourceFacts

#: Any text that has a UTF-8 form.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
hex40 = st.text("0123456789abcdef", min_size=40, max_size=40)
hex64 = st.text("0123456789abcdef", min_size=64, max_size=64)
digests = st.builds(Digest, hex64)
batch_ids = st.builds(BatchId, st.integers(0, 2**63 - 1))
record_ids = st.builds(RecordId, st.integers(0, 2**63 - 1), st.integers(0, MAX_ROW))
origins = st.sampled_from(OriginClass)
grades = st.sampled_from(EvidenceGrade)
evidence = st.builds(Evidence, kind=texts, value=texts, points_to=st.none() | origins, grade=grades)

_numbers = st.integers(-(2**53), 2**53) | st.floats(1e-6, 9.9e15) | st.floats(-9.9e15, -1e-6)
json_values = st.recursive(
    st.none() | st.booleans() | _numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
recipes = st.builds(
    Recipe,
    step=texts,
    step_version=texts,
    params=st.dictionaries(texts, json_values, max_size=4),
    parents=st.lists(batch_ids, max_size=4).map(tuple),
    seed=st.integers(-(2**53), 2**53),
    shard=texts,
)


@st.composite
def swhids(draw: st.DrawFn) -> Swhid:
    """Core and any of the qualifiers, in any order."""
    names = draw(st.lists(st.sampled_from(Swhid.ORDER), unique=True))
    values = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20) | st.text(
        "%;= /A2é\n", min_size=1
    )
    return Swhid(
        draw(st.sampled_from(["cnt", "dir", "rev", "rel", "snp"])),
        draw(hex40),
        tuple((name, draw(values)) for name in names),
    )


_words = st.text("abcdefghij-.", min_size=1, max_size=6)


@st.composite
def ancestries(draw: st.DrawFn, most: int = 6) -> Ancestry:
    """A summary that some history could have given."""

    def listed() -> tuple[str, ...]:
        return tuple(sorted(draw(st.sets(_words, max_size=most))))[:LIST_CAP]

    return Ancestry(
        draw(origins),
        draw(grades),
        draw(st.integers(0, 255)),
        draw(st.floats(0, 1, width=32)),
        listed(),
        listed(),
        listed(),
        draw(st.booleans()),
    )


_times = st.just("") | st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)).map(
    lambda time: time.replace(tzinfo=UTC).isoformat()
)
source_facts = st.builds(
    SourceFacts,
    repository=texts,
    commit=texts,
    path=texts,
    blob=texts,
    authors=st.lists(texts, max_size=3).map(tuple),
    first_commit_at=_times,
    last_commit_at=_times,
    commits=st.integers(0, 2**31 - 1),
    signature=texts,
)


@st.composite
def records(draw: st.DrawFn) -> Record:
    """A record whose content digest and size fit its text; everything else is free."""
    text = draw(texts)
    data = text.encode()
    return Record(
        text=text,
        name=draw(texts),
        language=draw(texts),
        kind=draw(texts),
        licence=draw(texts),
        content=Digest.of(data),
        swhid=draw(texts),
        size=len(data),
        lines=draw(st.integers(0, 2**31 - 1)),
        ancestry=draw(ancestries()),
        parents=tuple(draw(st.lists(st.builds(Parent, record_ids, texts), max_size=3))),
        evidence=tuple(draw(st.lists(evidence, max_size=3))),
        source=draw(st.none() | source_facts),
    )
