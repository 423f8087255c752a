"""Novelty and diversity of samples: pure measures on hashed tokens, at an equal budget, with the human reference beside."""
