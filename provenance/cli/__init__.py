"""The command line: ``provenance VERB``. Exit status 0 done or allowed, 1 denied or found wanting, 2 cannot tell."""

from provenance.cli.main import main, program

__all__ = ["main", "program"]
