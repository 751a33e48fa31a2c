"""What ``[estimands]``, ``[baselines]`` and ``[sampling]`` may hold, in a file and in Python."""

from typing import Any

from posthaz.spec.fields import Field, UnfitError, choice, distinct, either, flag, number, several

MOST_ANSWERS = 200
MOST_TESTS = 20
MOST_DRAWS = 100_000
MOST_CHAINS = 64
MOST_KEPT = 1_000_000
LARGEST_SEED = 2**32 - 1

_SHARE = number(above=0, below=1)

ESTIMAND_FIELDS = {
    "survival_at": distinct(several(number(above=0), "times above 0", most=MOST_ANSWERS)),
    "rmst_to": number(above=0),
    "quantiles": distinct(
        several(_SHARE, "numbers between 0 and 1", empty=True, most=MOST_ANSWERS)
    ),
    "thresholds": distinct(
        several(number(above=0), "hazard ratios above 0", empty=True, most=MOST_ANSWERS)
    ),
    "rmst_thresholds": distinct(several(number(), "numbers", empty=True, most=MOST_ANSWERS)),
    "interval": _SHARE,
    "proportionality_margin": number(above=0),
}
_COX_WORDS = ("univariable", "multivariable")


def _one_or_several(options: tuple[str, ...]) -> Field:
    one = choice(options)

    def parse(raw: Any) -> tuple[str, ...]:
        return (one.parse(raw),)

    return either(
        Field(one.expects, parse, schema=one.schema), distinct(several(one, "them", empty=True))
    )


def _weights() -> Field:
    pair = several(number(at_least=0), "two numbers")

    def parse(raw: Any) -> tuple[tuple[float, float], ...]:
        if not isinstance(raw, list):
            raise UnfitError
        if len(raw) > MOST_TESTS:
            raise UnfitError(f"{len(raw):,} elements; at most {MOST_TESTS} are taken")
        pairs = tuple(pair.parse(element) for element in raw)
        if any(len(element) != 2 for element in pairs):
            raise UnfitError("not pairs")
        return pairs

    pairs_schema = {"type": "array", "items": {**pair.schema, "minItems": 2, "maxItems": 2}}
    return Field("a list of pairs [rho, gamma], such as [[0, 1]]", parse, schema=pairs_schema)


BASELINE_FIELDS = {
    "kaplan_meier": flag(),
    "logrank": flag(),
    "fleming_harrington": _weights(),
    "cox": _one_or_several(_COX_WORDS),
    "confidence_transform": choice(["log-log", "log", "plain"]),
    "risk_table": _one_or_several(("events", "censored")),
    "kaplan_meier_band": flag(),
    "effect_on_plot": flag(),
}
SAMPLING_FIELDS = {
    "seed": number(at_least=0, at_most=LARGEST_SEED, whole=True),
    "chains": number(at_least=1, at_most=MOST_CHAINS, whole=True),
    "draws": number(at_least=20, at_most=MOST_DRAWS, whole=True),
    "tune": number(at_least=1, at_most=MOST_DRAWS, whole=True),
    "target_accept": _SHARE,
    "method": choice(["nuts", "laplace", "auto", "pymc"]),
}
