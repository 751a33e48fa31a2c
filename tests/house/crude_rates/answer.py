"""Events by person-time of each arm."""

import pandas as pd

from posthaz.cohort import Cohort
from tests.house.crude_rates.spec import CrudeRatesSpec


def crude_rates(cohort: Cohort, asked: CrudeRatesSpec) -> pd.DataFrame:
    """Columns ``arm, events, person_time, rate``."""
    rows = [
        {
            "arm": arm,
            "events": int(cohort.event[cohort.arm == arm].sum()),
            "person_time": float((cohort.exit - cohort.entry)[cohort.arm == arm].sum()),
        }
        for arm in cohort.arms
    ]
    table = pd.DataFrame(rows)
    return table.assign(rate=table["events"] / table["person_time"] * asked.per)
