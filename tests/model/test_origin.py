"""The lattice of origins, and how evidence adds up."""

from hypothesis import given
from hypothesis import strategies as st

from provenance.model.origin import Evidence, EvidenceGrade, OriginClass, join, weigh
from tests.strategies import evidence, origins


@given(origins, origins, origins)
def test_join_is_associative_commutative_and_idempotent(a, b, c):
    assert join(join(a, b), c) == join(a, join(b, c)) == join(a, b, c)
    assert join(a, b) == join(b, a)
    assert join(a, a) == a


@given(origins, origins, origins)
def test_join_is_monotone_and_the_least_upper_bound(a, b, c):
    if a.rank <= b.rank:
        assert join(a, c).rank <= join(b, c).rank
    assert join(a, b).rank >= max(a.rank, b.rank)
    if c.rank >= a.rank and c.rank >= b.rank:
        assert join(a, b).rank <= c.rank


@given(st.lists(origins))
def test_unknown_absorbs_and_human_is_the_bottom(classes):
    assert join(*classes, OriginClass.UNKNOWN) is OriginClass.UNKNOWN
    assert join(*classes, OriginClass.HUMAN) is join(*classes)
    assert join() is OriginClass.HUMAN


@given(origins)
def test_a_transform_of_what_is_not_human_is_never_shown_as_human(parent):
    assert (join(parent, OriginClass.HUMAN) is OriginClass.HUMAN) == (parent is OriginClass.HUMAN)
    assert join(parent, OriginClass.SYNTHETIC_RULE) is not OriginClass.HUMAN


@given(st.lists(evidence, max_size=6), st.randoms())
def test_weighing_does_not_depend_on_order(items, random):
    shuffled = list(items)
    random.shuffle(shuffled)
    assert weigh(iter(shuffled)) == weigh(items)


@given(st.lists(evidence, max_size=6), evidence)
def test_more_evidence_never_lowers_the_class_once_there_is_any(items, more):
    before, after = weigh(items), weigh([*items, more])
    if before.grade > EvidenceGrade.E0:
        assert after.origin.rank >= before.origin.rank


@given(st.lists(evidence, max_size=6))
def test_the_grade_is_the_best_for_exactly_that_class_and_the_rest_is_shown(items):
    finding = weigh(items)
    speaking = [item for item in items if item.points_to and item.grade]
    assert finding.grade == max((i.grade for i in speaking if i.points_to is finding.origin), default=EvidenceGrade.E0)
    assert sorted(finding.conflicts) == sorted(i for i in speaking if i.points_to is not finding.origin)


def test_without_evidence_nobody_wrote_it():
    assert weigh([]).origin is OriginClass.UNKNOWN
    assert weigh([Evidence("claim", "x", OriginClass.HUMAN, EvidenceGrade.E0)]).origin is OriginClass.UNKNOWN
    assert weigh([Evidence("encoding", "x", None, EvidenceGrade.E5)]).origin is OriginClass.UNKNOWN


def test_one_trailer_outweighs_a_strong_claim_and_the_claim_is_shown():
    claim = Evidence("claim", "x", OriginClass.HUMAN, EvidenceGrade.E4)
    finding = weigh([claim, Evidence("ai-trailer", "y", OriginClass.AI_ASSISTED, EvidenceGrade.E2)])
    assert (finding.origin, finding.grade, finding.conflicts) == (OriginClass.AI_ASSISTED, EvidenceGrade.E2, (claim,))
