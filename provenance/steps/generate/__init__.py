"""GENERATE: new records from models and from skeletons; each knows its making to the last parameter.

A *mode* says what is asked of a model and what proves the answer; a *template* says it in words; an *endpoint* answers.

    >>> [mode.name for mode in MODES]
    ['code', 'instruct', 'repair', 'task', 'tests', 'translate', 'version']
"""

from provenance.steps.generate.asking import Completion, Endpoint, Failure, Message, ModelFacts, Request, Sampling
from provenance.steps.generate.mode import Aim, Draft, Mode, Proof, Shown, Status, Subject, Tools
from provenance.steps.generate.modes import ALL as MODES
from provenance.steps.generate.modes import by_name
from provenance.steps.generate.rounds import Tally, Terms, Yielded, run_rounds
from provenance.steps.generate.screen import secret_in
from provenance.steps.generate.template import Template, parse_template

__all__ = ["Aim", "Completion", "Draft", "Endpoint", "Failure", "MODES", "Message", "Mode", "ModelFacts", "Proof", "Request",
           "Sampling", "Shown", "Status", "Subject", "Tally", "Template", "Terms", "Tools", "Yielded", "by_name",
           "parse_template", "run_rounds", "secret_in"]
