"""How an analysis's own models differ from the primary model, and which hazard ratio they give."""

from posthaz.design import Design, formula_groups, in_product
from posthaz.errors import Finding
from posthaz.spec import ModelSpec, shrunken_columns


def departures(
    model: ModelSpec,
    *,
    keeps_form: bool = False,
    keeps_frailty: bool = False,
    keeps_strata: bool = False,
) -> list[str]:
    """What a reader must know of models that an analysis makes of the primary one.

    Parameters
    ----------
    model : ModelSpec
        The primary model.
    keeps_form, keeps_frailty, keeps_strata : bool, optional
        Whether the analysis's models act on time where it does, and have its frailties; and whether
        its Cox models have the strata.

    Returns
    -------
    list of str
        Sentences; none where its hazard ratios are what they seem.

    Examples
    --------
    >>> from posthaz.effects import Cure
    >>> from posthaz.hazards import Weibull
    >>> departures(ModelSpec("m", Weibull(), "arm"))
    []
    >>> departures(ModelSpec("m", Weibull(), "arm", cure=Cure("arm")))[0][:51]
    'Posterior hazard ratios here are among those who ar'
    """
    found = {
        "Effects that change with time in the primary model are taken as constant here: each ratio "
        "averages over follow-up, and is the effect at no time in particular.": model.changed_terms,
        "The effect acts on the hazard here, not on time as in the primary model, whose priors of "
        "effects are therefore not used.": model.effect.acts_on == "time" and not keeps_form,
        _frailty_words(model): not keeps_frailty and formula_groups(model.formula),
        "Posterior hazard ratios here are among those who are not cured, and leave out what the "
        "treatment does to the cured share; Cox ratios are of everybody.": _mixture(model),
        "Posterior hazard ratios here are of the hazard in excess of the expected one; Cox ratios "
        "are of all events.": model.background,
        f"Posterior models have a baseline hazard for each level of {model.strata}; Cox models "
        "beside them have not.": not keeps_strata and model.strata,
    }
    return [text for text, holds in found.items() if holds]


def effect_fault(
    model: ModelSpec, design: Design, treatment: str, *, of_time_too: bool = False
) -> Finding | None:
    """Why a fit has no single effect of the treatment with a prior of its own; None where it has.

    Parameters
    ----------
    model : ModelSpec
        The model.
    design : Design
        Its design.
    treatment : str
        The treatment.
    of_time_too : bool, optional
        Whether a time ratio will do as well as a hazard ratio.
    """
    own = [j for j, term in enumerate(design.terms) if term == treatment]
    if not treatment or not own:
        return _fault(
            model, "its formula has no term for the treatment alone", "add the treatment as a term"
        )
    if fault := ratio_fault(model, treatment, of_time_too=of_time_too):
        return fault
    if len(own) > 1:
        return _fault(
            model,
            f"the treatment has {len(own) + 1} arms, and this compares two",
            "keep two arms by [cohort.where]",
        )
    if own[0] in shrunken_columns(model.shrinkage, design):
        return _fault(
            model,
            "the treatment's effect is shrunken together with others and has no prior of its own",
            "leave the treatment out of the shrinkage",
        )
    return None


def _fault(model: ModelSpec, what: str, fix: str) -> Finding:
    return Finding(f"model '{model.name}'", what, fix)


def ratio_fault(model: ModelSpec, treatment: str, *, of_time_too: bool = False) -> Finding | None:
    """Why a model has no single hazard ratio of the treatment in everybody; None where it has.

    Examples
    --------
    >>> from posthaz.hazards import Weibull
    >>> model = ModelSpec("m", Weibull(), "arm", form="accelerated_failure_time")
    >>> ratio_fault(model, "arm").what
    'its effect is a time ratio, and this is about hazard ratios'
    """
    if model.effect.acts_on != "hazard" and not of_time_too:
        what = "its effect is a time ratio, and this is about hazard ratios"
        fix = "make a proportional hazards model the first one"
    elif model.cure is not None:
        what = "it has a cured share, and its hazard ratio is that of the others only"
        fix = "make a model without a cured share the first one"
    elif treatment in model.changed_terms:
        what = (
            "the effect of the treatment changes with time, so that it has no single hazard ratio"
        )
        fix = "make a model without that change the first one"
    elif treatment and model.strata == treatment:
        what = (
            "the arms are its strata, each with a baseline hazard of its own, and no hazard ratio"
        )
        fix = "make a model with the treatment in its formula the first one"
    elif in_product(model.formula, treatment):
        what = "the treatment interacts with a covariate, so that it has no single hazard ratio"
        fix = "make a model without the interaction the first one"
    else:
        return None
    return _fault(model, what, fix)


def _frailty_words(model: ModelSpec) -> str:
    groups = " and ".join(formula_groups(model.formula))
    return (
        f"The primary model's frailties of {groups} are left out here: members of a cluster are "
        "taken as independent, and ratios are not those within a cluster."
    )


def _mixture(model: ModelSpec) -> bool:
    return model.cure is not None and model.cure.kind == "mixture"
