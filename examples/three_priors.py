"""One trial under a sceptical, a default and an enthusiastic prior.

Suppose that a hazard ratio of 0.7 was hoped for; whoever doubts it, whoever believes it and
whoever says nothing read the same data. Run it with ``uv run python examples/three_priors.py``.
"""

import posthaz as ph

HOPED_FOR = 0.7


def main() -> None:
    """Print hazard ratio and probability of benefit under each prior."""
    analysis = ph.load_analysis("nvalt11_pci_os")
    cohort = ph.read_cohort(analysis.table, analysis.cohort, covariates=["arm"])
    opinions = {
        "sceptical": {"arm": ph.sceptical(HOPED_FOR)},
        "default": {},
        "enthusiastic": {"arm": ph.enthusiastic(HOPED_FOR)},
    }
    for opinion, priors in opinions.items():
        spec = ph.ModelSpec(opinion, ph.Weibull(), "arm", priors=priors)
        fit = ph.fit(spec, cohort, seed=1)
        effect = ph.coefficient_table(fit).iloc[0]
        print(
            f"{opinion:>12}: hazard ratio {effect.hr_median:.2f} "
            f"({effect.hr_lower:.2f} to {effect.hr_upper:.2f}), "
            f"P(benefit) {effect.p_hr_below_1:.2f}"
        )


if __name__ == "__main__":
    main()
