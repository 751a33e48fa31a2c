"""A model specification, a cohort and a design to a PyMC model."""

from posthaz.cohort import Cohort
from posthaz.design import Design
from posthaz.model.graph import pm, pt
from posthaz.model.likelihood import follow_up_data, likelihood_terms, weighted
from posthaz.model.rows_hazard import row_coordinates, rows_hazard
from posthaz.spec import SHRUNKEN_TERM, ChosenPriors, ModelSpec, shrunken_terms

OBSERVED = "event"


def build_model(
    spec: ModelSpec, design: Design, priors: ChosenPriors, cohort: Cohort
) -> "pm.Model":
    """PyMC model of a specification.

    Data and prior numbers are `pm.Data`: another cohort or other priors are inputs of the same
    model shape.

    Parameters
    ----------
    spec : ModelSpec
        A resolved model specification.
    design : Design
        Design learned from the cohort.
    priors : ChosenPriors
        A prior for every parameter.
    cohort : Cohort
        The cohort.

    Returns
    -------
    pymc.Model
        With one observed variable, ``event``: 1 where a row's event was seen.

    Examples
    --------
    >>> import posthaz as ph
    >>> from posthaz.design import learn_design
    >>> from posthaz.model import build_model
    >>> from posthaz.spec import choose_priors
    >>> cohort = ph.simulated_example()
    >>> spec = ph.ModelSpec("m", ph.Weibull(), "arm")
    >>> design = learn_design(cohort.covariates, spec.formula)
    >>> model = build_model(spec, design, choose_priors(spec, design, 0.1), cohort)
    >>> sorted(v.name for v in model.free_RVs)
    ['log_hazard_ratio_scaled', 'log_scale', 'log_shape']
    """
    terms = shrunken_terms(spec.shrinkage, design)
    shrunken = {SHRUNKEN_TERM: terms} if terms else {}
    coordinates = {**row_coordinates(spec, design, len(cohort)), **shrunken}
    with pm.Model(coords=coordinates) as model:
        hazard = rows_hazard(spec, design, priors, cohort)
        data = {
            name: pm.Data(name, array, dims=("row",))
            for name, array in follow_up_data(cohort).items()
            if name != "event"
        }
        log_hazard, log_rest = likelihood_terms(hazard, data, pt)
        pm.CustomDist(
            OBSERVED,
            log_hazard,
            log_rest,
            data["weight"],
            logp=weighted,
            observed=pm.Data("event_seen", cohort.event.astype(float), dims=("row",)),
            dims=("row",),
        )
    return model
