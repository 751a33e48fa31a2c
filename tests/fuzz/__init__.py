"""Hostile and broken inputs: an answer or one clear error, and nothing written elsewhere."""
