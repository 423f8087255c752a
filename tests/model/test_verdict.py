"""Verdicts, and the errors that cross process boundaries."""

import pickle
from dataclasses import FrozenInstanceError

import pytest

from provenance import errors
from provenance.model.identity import RecordId
from provenance.model.verdict import Outcome, Verdict


@pytest.mark.parametrize("outcome", Outcome)
def test_only_a_pass_is_a_pass(outcome):
    assert Verdict("syntax", outcome).counts_as_pass == (outcome.value == "pass")


def test_a_verdict_is_never_edited():
    with pytest.raises(FrozenInstanceError):
        Verdict("syntax", Outcome.FAIL, RecordId(1, 0)).outcome = Outcome.PASS


@pytest.mark.parametrize(
    "kind",
    [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.ProvenanceError)],
)
def test_errors_survive_a_process_boundary_and_say_what_to_do(kind):
    error = pickle.loads(pickle.dumps(kind("x.cob", "is not readable", "check its mode")))
    assert type(error) is kind
    assert str(error) == "x.cob: is not readable. Next: check its mode"
    assert str(kind("x.cob", "is odd")) == "x.cob: is odd"
