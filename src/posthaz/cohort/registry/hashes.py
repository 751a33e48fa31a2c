"""What identifies a registry: hashes of its files, read in pieces."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from posthaz.cohort.registry.parts import Part


def file_hash(path: str) -> str:
    """SHA-256 of a file, read in pieces."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def joint_hash(parts: Sequence[Part], hashes: Sequence[str]) -> str:
    """The hash of one file; for several, that of their list as ``sha256sum`` writes it."""
    if len(parts) == 1:
        return hashes[0]
    lines = (f"{digest}  {part.name}\n" for part, digest in zip(parts, hashes, strict=True))
    return hashlib.sha256("".join(lines).encode()).hexdigest()
