"""Registries larger than memory: grouped to distinct rows on disk or on many machines."""

from posthaz.cohort.registry.map_reduce import group_registry
from posthaz.cohort.registry.read import read_registry

__all__ = ["group_registry", "read_registry"]
