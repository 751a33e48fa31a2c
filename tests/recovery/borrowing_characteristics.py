"""Bias, coverage and errors of borrowing priors over 500 cohorts of 100 patients each.

``uv run python -m tests.recovery.borrowing_characteristics`` prints the table of
docs/explanation/borrowing.md.
"""

from posthaz.analyses.borrowing.characteristics import operating_characteristics
from posthaz.analyses.borrowing.priors import (
    commensurate_prior,
    meta_analytic_prior,
    normalised_power_prior,
    power_prior,
)
from posthaz.priors import historical

HISTORY = historical(0.77, 0.71, 0.84)
PRIORS = {
    "none": power_prior(HISTORY, 0.0),
    "power, discount 0.5": power_prior(HISTORY, 0.5),
    "normalised power": normalised_power_prior(HISTORY),
    "commensurate": commensurate_prior(HISTORY),
    "robust meta-analytic": meta_analytic_prior([HISTORY]),
    "full borrowing": power_prior(HISTORY, 1.0),
}
TRUTHS = (0.77, 1.0, 0.51)

if __name__ == "__main__":
    found = operating_characteristics(PRIORS, TRUTHS, size=100, cohorts=500, seed=1)
    print("| true HR | prior | bias | RMSE | coverage | P(HR < 1) above 97.5 % |")
    print("|---|---|---|---|---|---|")
    for row in found.to_dict("records"):
        print(
            f"| {row['truth']:g} | {row['prior']} | {row['bias']:+.2f} | {row['rmse']:.2f} "
            f"| {100 * row['coverage']:.0f} % | {100 * row['success']:.0f} % |"
        )
    print(f"Cohorts: {found['cohorts'].min()} to {found['cohorts'].max()} a truth")
