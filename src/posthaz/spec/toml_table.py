"""One table of an analysis file while it is read: its values, its place, and what is wrong."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from posthaz.errors import Findings, nearest
from posthaz.files import name_fault, place_below, same_file
from posthaz.spec.fields import Field, UnfitError, is_finite
from posthaz.spec.toml_file import outside_finding

_LONGEST_SHOWN = 60


@dataclass(frozen=True)
class TomlTable:
    """One table being read.

    Parameters
    ----------
    values : mapping
        What TOML holds there.
    file : str
        File, as the user named it.
    keys : tuple of str
        Path of the table in the file.
    findings : Findings
        Where problems go; shared by all tables of the file.
    """

    values: Mapping[str, Any]
    file: str
    keys: tuple[str, ...]
    findings: Findings

    def where(self, *keys: str) -> str:
        """Place of a key below this table: ``models/x.toml [models.weibull.priors.arm]``."""
        path = ".".join(_written(key) for key in (*self.keys, *keys))
        return f"{self.file} [{path}]" if path else self.file

    def refuse(self, keys: str | tuple[str, ...], what: str, fix: str) -> None:
        """Record one problem with a key below this table."""
        path = (keys,) if isinstance(keys, str) else keys
        self.findings.add(self.where(*path), what, fix)

    def has(self, key: str) -> bool:
        """Whether the file names the key, well or badly."""
        return key in self.values

    def below(self, key: str) -> "TomlTable":
        """The table under `key`; empty where there is none or something else stands there."""
        inner = self.values.get(key)
        values = inner if isinstance(inner, dict) else {}
        return TomlTable(values, self.file, (*self.keys, key), self.findings)

    def each(self) -> "Iterator[tuple[str, TomlTable]]":
        """The tables inside, by name; anything else inside is a problem."""
        for key, value in self.values.items():
            if isinstance(value, dict):
                yield key, self.below(key)
            else:
                self.refuse(key, f"found {shown(value)}", "give a table")

    def named[T](self, read: "Callable[[str, TomlTable], T | None]", example: str) -> tuple[T, ...]:
        """What `read` makes of each table inside, after whose names files are called."""
        self.refuse_file_names(self.values, "use letters, digits, '_' and '-'")
        found = [read(name, inner) for name, inner in self.each() if name.strip()]
        if not self.values:
            self.refuse((), "it is empty", f"give at least one, such as [{example}]")
        return tuple(one for one in found if one is not None)

    def file_below(self, key: str, named: str, folder: Path, root: Path | None) -> Path | None:
        """Where a file lies that a key names; None, with a finding, where it is outside `root`."""
        path, inside = place_below(named, folder, root)
        if inside or root is None:
            return path
        self.findings.extend([outside_finding(self.where(key), path)])
        return None

    def refuse_file_names(self, names: Iterable[str], fix: str) -> None:
        """Record the names, of tables or in them, that files can't be called after.

        Parameters
        ----------
        names : iterable of str
            Names that files are called after.
        fix : str
            What to do about it.
        """
        seen: dict[str, str] = {}
        for name in names:
            fault = name_fault(name)
            other = seen.setdefault(same_file(name), name)
            if fault:
                self.refuse(name[:_LONGEST_SHOWN], f"files are named after it, and it {fault}", fix)
            elif other != name:
                what = f"files are named after it, and on some disks '{other}' is the same name"
                self.refuse(name, what, fix)

    def read(self, fields: Mapping[str, Field]) -> dict[str, Any]:
        """Values of the keys that are there and good; every other problem is recorded.

        Parameters
        ----------
        fields : mapping of str to Field
            The keys this table may have.

        Returns
        -------
        dict
            Parsed values.
        """
        for key in self.values:
            if key not in fields:
                self.refuse(
                    key,
                    f"unknown key '{key}' ({nearest(key, list(fields))})",
                    _mend(key, fields),
                )
        parsed: dict[str, Any] = {}
        for key, field in fields.items():
            if key in self.values:
                self._parse(key, field, parsed)
            elif field.required:
                self.refuse(key, "it is missing", f"give {field.expects}")
        return parsed

    def _parse(self, key: str, field: Field, parsed: dict[str, Any]) -> None:
        if not field.available:
            self.refuse(key, "not available in this version", f"remove it; {field.expects}")
            return
        raw = self.values[key]
        try:
            parsed[key] = field.parse(raw)
        except UnfitError as error:
            reason = f" ({error})" if str(error) else ""
            self.refuse(key, f"found {shown(raw)}{reason}", f"give {field.expects}")


def _mend(key: str, fields: Mapping[str, Field]) -> str:
    """What to do about an unknown key: it may be one of a table beside which it stands."""
    homes = [f"[{name}]" for name, one in fields.items() if key in one.schema.get("properties", {})]
    move = f"move it into {' or '.join(homes)}, " if len(homes) in (1, 2) else ""
    return f"{move}correct the key or remove it"


def shown(raw: Any) -> str:
    """A TOML value as the user wrote it, cut when long."""
    if isinstance(raw, bool):
        return str(raw).lower()
    if isinstance(raw, str):
        written = f'"{raw}"'
    elif isinstance(raw, dict):
        written = "a table" if raw else "an empty table"
    elif isinstance(raw, list):
        written = f"[{', '.join(shown(element) for element in raw)}]"
    elif isinstance(raw, int) and not is_finite(raw):
        written = "a whole number of hundreds of digits"
    else:
        written = str(raw)
    return written if len(written) <= _LONGEST_SHOWN else written[: _LONGEST_SHOWN - 4] + " ..."


def _written(key: str) -> str:
    plain = key and all(c.isascii() and (c.isalnum() or c in "_-") for c in key)
    return key if plain else f'"{key}"'
