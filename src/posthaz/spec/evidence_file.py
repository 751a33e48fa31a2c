"""A file of printed hazard ratios, to be set against priors."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from posthaz.catalogue import evidence_files
from posthaz.errors import Findings, SpecError, nearest
from posthaz.evidence import (
    EXPECTED,
    RELEVANT,
    PrintedRatio,
    impossible,
    standard_priors,
)
from posthaz.files import unreadable
from posthaz.priors import Prior
from posthaz.spec.fields import Field, UnfitError, choice, either, number, several, table, text
from posthaz.spec.prior_table import read_prior
from posthaz.spec.prior_targets import Target
from posthaz.spec.toml_file import parsed_toml, quotable, read_toml_text, shown_name, shown_path
from posthaz.spec.toml_table import TomlTable


@dataclass(frozen=True)
class EvidenceSpec:
    """Printed hazard ratios and what they are set against.

    Parameters
    ----------
    ratios : tuple of PrintedRatio
        The ratios.
    title, source : str
        What they are of, and the paper.
    priors : mapping of str to (Prior or None)
        Further priors, besides the standard ones.
    chosen : mapping of str to tuple of str
        Which of the further priors a ratio is set against, by its name; all without an entry.
    expected : float
        Hoped-for hazard ratio of the sceptical and the enthusiastic prior.
    relevant : float
        Smallest hazard ratio that matters clinically.
    interval : float
        Probability of the credible intervals.
    """

    ratios: tuple[PrintedRatio, ...]
    title: str = ""
    source: str = ""
    priors: Mapping[str, Prior | None] = field(default_factory=dict)
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    expected: float = EXPECTED
    relevant: float = RELEVANT
    interval: float = 0.95

    def priors_of(self, printed: PrintedRatio) -> dict[str, Prior | None]:
        """Standard and further priors of one ratio."""
        wanted = self.chosen.get(printed.name, tuple(self.priors))
        further = {name: self.priors[name] for name in wanted}
        return {**standard_priors(self.expected, printed.beneficial), **further}


def _interval() -> Field:
    pair = several(number(), "two numbers")

    def parse(raw: Any) -> tuple[float, ...]:
        limits = pair.parse(raw)
        if len(limits) != 2:
            raise UnfitError(f"{len(limits)} numbers")
        return limits

    return Field("the two limits, such as [0.31, 0.94]", parse)


def _printed_p() -> Field:
    as_number = number(at_least=0, at_most=1)
    return either(text(), Field("", lambda raw: f"{as_number.parse(raw):.10g}"))


_SHARE = number(above=0, below=1)
_SIDES = choice(["below", "above"])
_SHARED = {"level": _SHARE, "decimals": number(at_least=0, at_most=6, whole=True)}
_SHARED |= {"beneficial": _SIDES}
_FIELDS = {
    "title": text(),
    "source": text(),
    "expected": number(above=0),
    "relevant": number(above=0, at_most=1),
    "interval": _SHARE,
    "priors": table(),
    **_SHARED,
}
_RATIO_FIELDS = {
    "name": text(),
    "label": text(),
    "hr": replace(number(), required=True),
    "ci": replace(_interval(), required=True),
    "p": replace(_printed_p(), expects='the P value as printed, such as "0.03" or "<0.001"'),
    "events": number(at_least=1, whole=True),
    "where": text(),
    "priors": several(text(), "names of [evidence.priors]", empty=True),
    **_SHARED,
}


def load_evidence(spec: str | Path) -> EvidenceSpec:
    """The printed hazard ratios that a file states.

    Parameters
    ----------
    spec : str or Path
        Path of a TOML file, or the name of one that comes with posthaz.

    Returns
    -------
    EvidenceSpec

    Raises
    ------
    SpecError
        When the file can't be found or used; lists every problem with its place and fix.

    Examples
    --------
    >>> evidence = load_evidence("su2016_table3")
    >>> evidence.ratios[0].hr, evidence.ratios[0].p
    (1.481, '0.018')
    """
    path = _find(spec)
    shown = shown_path(path)
    findings = Findings()
    file = TomlTable(_values(path, shown), shown, (), findings)
    file.read({"evidence": table(), "ratio": Field("[[ratio]] tables", lambda raw: raw)})
    about = file.below("evidence").read(_FIELDS)
    shared = {key: about.pop(key) for key in _SHARED if key in about}
    about["priors"] = read_evidence_priors(file.below("evidence").below("priors"))
    if about.get("expected") == 1:
        file.refuse(("evidence", "expected"), "it is 1", "give the ratio that was hoped for")
    chosen: dict[str, tuple[str, ...]] = {}
    ratios = tuple(_read_ratio(toml, shared, about["priors"], chosen) for toml in _each(file))
    names = [one.name for one in ratios if one]
    fix = "use letters, digits, '_' and '-' in the name, and put what is shown in its 'label'"
    file.below("ratio").refuse_file_names(dict.fromkeys(names), fix)
    for name in sorted({name for name in names if names.count(name) > 1}):
        file.refuse("ratio", f"'{name}' is named twice", "give every ratio its own name")
    findings.raise_if_any(SpecError, f"{shown} can't be used:")
    return EvidenceSpec(tuple(one for one in ratios if one), chosen=chosen, **about)


def read_evidence_priors(toml: TomlTable) -> dict[str, Prior | None]:
    """Normal priors of a log hazard ratio, by name.

    Parameters
    ----------
    toml : TomlTable
        One table a prior.

    Returns
    -------
    dict of str to (Prior or None)
        What could be read; the rest is recorded.
    """
    found: dict[str, Prior | None] = {}
    for name, inner in toml.each():
        prior = read_prior(inner, Target("real", effect=True), "proportional_hazards")
        if prior is not None and prior.family not in ("normal", "flat"):
            inner.refuse((), f"family '{prior.family}' is not normal", "state a normal prior")
        elif prior is not None:
            found[name] = None if prior.family == "flat" else prior
    return found


def _each(file: TomlTable) -> Iterator[TomlTable]:
    raw = file.values.get("ratio")
    if not isinstance(raw, list) or not raw or not all(isinstance(one, dict) for one in raw):
        file.refuse("ratio", "no printed hazard ratios", "give each as a [[ratio]]")
        return
    for position, one in enumerate(raw, start=1):
        yield TomlTable(one, file.file, ("ratio", str(position)), file.findings)


def _read_ratio(
    toml: TomlTable,
    shared: Mapping[str, Any],
    priors: Mapping[str, Prior | None],
    chosen: dict[str, tuple[str, ...]],
) -> PrintedRatio | None:
    before = len(toml.findings)
    parsed = {**shared, **toml.read(_RATIO_FIELDS)}
    if len(toml.findings) > before:
        return None
    lower, upper = parsed.pop("ci")
    parsed.setdefault("name", f"ratio_{toml.keys[-1]}")
    wanted = parsed.pop("priors", tuple(priors))
    for name in wanted:
        if name not in priors:
            toml.refuse("priors", f"'{name}' is none of [evidence.priors]", "name one of them")
    chosen[parsed["name"]] = tuple(name for name in wanted if name in priors)
    printed = PrintedRatio(lower=lower, upper=upper, **parsed)
    where = f"{toml.where()}, {printed.shown}"
    toml.findings.extend(impossible(printed, where))
    return printed


def _values(path: Path, shown: str) -> dict[str, Any]:
    return parsed_toml(read_toml_text(path, shown), shown, quoted=quotable(path))


def _find(spec: str | Path) -> Path:
    path = Path(spec)
    reason = unreadable(path)
    if not reason:
        return path
    known = evidence_files()
    if str(spec) in known:
        return known[str(spec)]
    raise SpecError(
        f"{shown_name(path)}: {reason}, and no evidence of that name "
        f"({nearest(str(spec)[:200], list(known))})",
        fix="give the path of a file with [[ratio]] tables, or --hr and --ci",
    )
