"""GENERATE: new records from models and from skeletons; each knows its making to the last parameter."""
