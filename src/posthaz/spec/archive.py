"""A model as plain values that JSON can hold, and back."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from posthaz.effects import Background, ChangingEffect, Cure, Frailty, YangPrentice
from posthaz.errors import SpecError
from posthaz.hazards import Baseline, baseline_class
from posthaz.priors import Prior
from posthaz.spec.model_spec import ModelSpec
from posthaz.spec.shrinkage import Shrinkage


def model_to_dict(spec: ModelSpec) -> dict[str, Any]:
    """The model as plain values, for the archive of a fit.

    Parameters
    ----------
    spec : ModelSpec
        A model, resolved or not.

    Returns
    -------
    dict
        Text, numbers, lists and dicts only.

    Examples
    --------
    >>> from posthaz.hazards import PiecewiseExponential
    >>> spec = ModelSpec("pwe", PiecewiseExponential(cuts=(6.0, 12.0), intervals=3), "arm")
    >>> model_to_dict(spec)["baseline"]["cuts"]
    [6.0, 12.0]
    >>> model_from_dict(model_to_dict(spec)) == spec
    True
    """
    return {
        "name": spec.name,
        "baseline": {
            "kind": spec.baseline.kind,
            **_fields(spec.baseline),
        },
        "formula": spec.formula,
        "form": spec.form,
        "centre": spec.centre,
        "priors": _prior_fields(spec.priors),
        "shrinkage": spec.shrinkage and asdict(spec.shrinkage),
        "changing": [_fields(effect) for effect in spec.changing],
        "cure": spec.cure
        and {
            "formula": spec.cure.formula,
            "kind": spec.cure.kind,
            "priors": _prior_fields(spec.cure.priors),
        },
        "strata": spec.strata,
        "background": spec.background and asdict(spec.background),
        "crossing": spec.crossing and spec.crossing.term,
        "frailty": spec.frailty.distribution,
    }


def model_from_dict(plain: Mapping[str, Any]) -> ModelSpec:
    """The model that `model_to_dict` wrote.

    Parameters
    ----------
    plain : mapping
        What `model_to_dict` gave, perhaps by way of JSON.

    Returns
    -------
    ModelSpec
        An equal model.

    Raises
    ------
    SpecError
        When an entry is missing or unknown, as in an archive of another version.
    """
    try:
        options = dict(plain["baseline"])
        baseline = baseline_class(options.pop("kind"))(**_tuples(options))
        return ModelSpec(
            name=plain["name"],
            baseline=baseline,
            formula=plain["formula"],
            form=plain["form"],
            priors=_priors(plain["priors"]),
            centre=plain["centre"],
            shrinkage=_shrinkage(plain.get("shrinkage")),
            changing=tuple(
                ChangingEffect(**_tuples(effect)) for effect in plain.get("changing", ())
            ),
            cure=_cure(plain.get("cure")),
            strata=plain.get("strata", ""),
            background=_background(plain.get("background")),
            crossing=YangPrentice(plain["crossing"]) if plain.get("crossing") else None,
            frailty=Frailty(plain.get("frailty", "normal")),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise SpecError(
            f"the archived model can't be read ({error})",
            fix="fit it again, or read it with the version of posthaz that wrote it",
        ) from error


def _prior_fields(priors: Mapping[str, Prior]) -> dict[str, Any]:
    """Priors as plain values."""
    return {
        key: {"family": prior.family, "values": list(prior.values), "origin": prior.origin}
        for key, prior in priors.items()
    }


def _priors(plain: Mapping[str, Any]) -> dict[str, Prior]:
    """The priors that `_prior_fields` wrote."""
    return {
        key: Prior(prior["family"], tuple(prior["values"]), prior["origin"])
        for key, prior in plain.items()
    }


def _cure(plain: Mapping[str, Any] | None) -> Cure | None:
    return Cure(plain["formula"], plain["kind"], _priors(plain["priors"])) if plain else None


def _background(plain: Mapping[str, Any] | str | None) -> Background | None:
    if not plain:
        return None
    return Background(plain) if isinstance(plain, str) else Background(**plain)


def _shrinkage(plain: Mapping[str, Any] | None) -> Shrinkage | None:
    if not plain:
        return None
    return Shrinkage(plain["kind"], tuple(plain["terms"]), tuple(plain["values"]))


def _fields(part: Baseline | ChangingEffect) -> dict[str, Any]:
    """The options of a part of a model as plain values."""
    values = {field.name: getattr(part, field.name) for field in fields(part)}  # pyright: ignore[reportArgumentType]
    return {k: [float(x) for x in v] if isinstance(v, tuple) else v for k, v in values.items()}


def _tuples(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Such options with lists as the tuples they were."""
    return {key: tuple(v) if isinstance(v, list) else v for key, v in plain.items()}
