"""A fit as a value: the model, its design, its draws and where they came from."""

from dataclasses import dataclass

import xarray as xr

from posthaz.answers import small_table
from posthaz.design import Design
from posthaz.inference.provenance import Provenance
from posthaz.spec import ChosenPriors, ModelSpec


@dataclass(frozen=True, eq=False)
class Fit:
    """Posterior of one model; functions take it, it has no methods of its own.

    Parameters
    ----------
    spec : ModelSpec
        The model, resolved.
    design : Design
        Its design.
    priors : ChosenPriors
        The prior of every parameter.
    draws : DataTree
        ArviZ groups ``posterior``, ``sample_stats``, ``log_likelihood``, ``log_prior``,
        ``prior``, ``posterior_predictive``, ``observed_data``, ``constant_data``. Pointwise
        values have a dimension ``subject``: one a patient, however many rows the follow-up is
        cut into; only the design's columns are by ``row``. Covariates that change leave no
        predicted times. Where patients times draws pass 30 million there are none either, and
        subjects are one of each kind: ``constant_data["subjects"]`` says how many patients each
        stands for. `fit_many` keeps only what estimands need.
    unit : str
        Unit of time.
    treatment : str
        Covariate that holds the arm; empty for none.
    provenance : Provenance
        Data, seed, versions.
    recurrent : bool
        Whether every event of a subject counts: hazards are then intensities.
    origin : float
        The cohort's origin: curves, quantiles and restricted means are of those event-free then.
    changing : tuple of str
        Covariates of the formula that change during a patient's follow-up. But for a treatment
        that begins later, they leave no standardised curve, median or restricted mean.
    """

    spec: ModelSpec
    design: Design
    priors: ChosenPriors
    draws: xr.DataTree
    unit: str
    treatment: str
    provenance: Provenance
    origin: float = 0.0
    recurrent: bool = False
    changing: tuple[str, ...] = ()

    @property
    def open_paths(self) -> tuple[str, ...]:
        """Covariates that change and whose course a curve would have to be told.

        A treatment that begins later is not among them: "treated from the start" and "never
        treated" are courses that the arms' names state.
        """
        return tuple(name for name in self.changing if name != self.treatment)

    def _repr_html_(self) -> str:
        sampled = self.provenance
        rows = [
            ("Formula", self.spec.formula),
            ("Baseline hazard", type(self.spec.baseline).__name__),
            ("Form", self.spec.form.replace("_", " ")),
            ("Patients, events", f"{sampled.patients or sampled.rows:,}, {sampled.events:,}"),
            ("Sampled by", sampled.method),
            ("Chains × draws", f"{sampled.chains} × {sampled.draws:,}"),
            ("Unit of time", self.unit),
        ]
        heading = f"Fit of model “{self.spec.name}”"
        return small_table(heading, rows, simulated=sampled.simulated)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Fit):
            return NotImplemented
        return (
            (self.spec, self.design, self.priors) == (other.spec, other.design, other.priors)
            and (self.unit, self.treatment) == (other.unit, other.treatment)
            and (self.origin, self.recurrent, self.changing)
            == (other.origin, other.recurrent, other.changing)
            and self.provenance == other.provenance
            and self.draws.equals(other.draws)
        )
