"""Coefficients that shrink together, as PyMC variables: one module a kind, and their registry."""

from posthaz.model.shrinkage.block import Block, shrunken_block
from posthaz.model.shrinkage.registry import SHRUNKEN, shrunken_coefficients

__all__ = ["SHRUNKEN", "Block", "shrunken_block", "shrunken_coefficients"]
