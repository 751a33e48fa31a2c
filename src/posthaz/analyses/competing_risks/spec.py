"""Competing causes of the event: the table ``[competing_risks]``."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from posthaz.cohort import Cohort, CohortSpec, causes_of
from posthaz.errors import Finding
from posthaz.spec import ModelSpec
from posthaz.spec.clinical_tables import ClinicalTable
from posthaz.spec.fields import distinct, number, several, table, text
from posthaz.spec.toml_table import TomlTable


@dataclass(frozen=True)
class CompetingRisksSpec:
    """Which causes compete, and which one is asked about.

    Parameters
    ----------
    causes : mapping of int to str
        Name of each cause by its number in the cohort.
    of_interest : int
        The cause that the analysis is about.
    times : tuple of float
        Times at which cumulative incidence is reported; those of ``estimands.survival_at`` when
        empty.

    Examples
    --------
    >>> CompetingRisksSpec({1: "cancer death", 2: "other death"}).label(2)
    'other death'
    """

    causes: Mapping[int, str] = field(default_factory=dict)
    of_interest: int = 1
    times: tuple[float, ...] = ()

    def label(self, cause: int) -> str:
        """Name of a cause; its number where the file names none."""
        return self.causes.get(cause, f"cause {cause}")


_FIELDS = {
    "causes": table(each=text(), required=True),
    "of_interest": number(at_least=1, whole=True),
    "times": distinct(several(number(above=0), "times above 0")),
}


def read_competing_risks(toml: TomlTable, cohort: CohortSpec) -> CompetingRisksSpec:
    """Competing causes as the table ``[competing_risks]`` states them.

    Parameters
    ----------
    toml : TomlTable
        The table.
    cohort : CohortSpec
        How the cohort is read: which causes its event codes can have.

    Returns
    -------
    CompetingRisksSpec
        What could be read; the rest is recorded.

    Examples
    --------
    >>> from posthaz.errors import Findings
    >>> values = {"causes": {"1": "cancer death", "2": "other death"}, "times": [12]}
    >>> toml = TomlTable(values, "x.toml", ("competing_risks",), Findings())
    >>> read_competing_risks(toml, CohortSpec()).causes
    {1: 'cancer death', 2: 'other death'}
    """
    parsed = toml.read(_FIELDS)
    causes = _read_causes(toml.below("causes")) if "causes" in parsed else {}
    interest = int(parsed.get("of_interest", 1))
    if causes and interest not in causes:
        toml.refuse(
            "of_interest",
            f"{interest} is not one of the causes {', '.join(map(str, causes))}",
            "name it in causes, or ask about another",
        )
    if cohort.event and not cohort.cause and max(cohort.event_codes.values(), default=1) < 2:
        toml.refuse(
            "causes",
            "no event code means another cause",
            "give other causes 2 and above in cohort.event_codes, or name cohort.cause",
        )
    return CompetingRisksSpec(causes, interest, tuple(sorted(parsed.get("times", ()))))


def competing_faults(asked: CompetingRisksSpec, cohort: Cohort) -> Iterator[Finding]:
    """What keeps competing causes from being described in a cohort.

    Parameters
    ----------
    asked : CompetingRisksSpec
        Which causes.
    cohort : Cohort
        The cohort.

    Yields
    ------
    Finding
        One a problem.
    """
    place = f"{cohort.source.name}, competing_risks"
    if cohort.interval_censored.any():
        yield Finding(
            place,
            "events are only known to lie between two times, and their causes need exact ones",
            "remove [competing_risks]",
        )
    if cohort.recurrent:
        what = "every event of a patient counts, and a cause ends follow-up"
        yield Finding(place, what, 'say recurrent = "first", or remove [competing_risks]')
    for cause in causes_of(cohort):
        if cause not in asked.causes:
            yield Finding(place, f"rows have cause {cause}", f'name it in causes, as "{cause}"')


def _read_causes(toml: TomlTable) -> dict[int, str]:
    names = toml.read(dict.fromkeys(toml.values, text()))
    causes: dict[int, str] = {}
    for key, name in names.items():
        if not key.isdigit() or int(key) < 1:
            toml.refuse(key, f"'{key}' is not the number of a cause", "give 1, 2, ... in quotes")
        else:
            causes[int(key)] = name
    if len(toml.values) < 2:
        toml.refuse((), "fewer than two causes can't compete", "name each cause of the cohort")
    return dict(sorted(causes.items()))


def model_faults(asked: object, model: ModelSpec, treatment: str) -> Iterator[Finding]:
    """A model of each cause can't be beside the expected deaths of all causes."""
    del asked, treatment
    if model.background is not None:
        yield Finding(
            f"[competing_risks] and model '{model.name}'",
            "expected deaths are of all causes, and causes are modelled one by one",
            "make a model without expected deaths the first one, or leave the causes out",
        )


TABLE = ClinicalTable(
    read_competing_risks,
    competing_faults,
    model_faults,
    fields=table(_FIELDS, about=CompetingRisksSpec),
)
