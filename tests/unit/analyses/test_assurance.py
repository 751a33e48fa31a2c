"""What a trial could show: simulated trials against the normal approximation, and bad input."""

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.analyses.assurance.answer import (
    Design,
    _median_follow_up,
    chance_of_success,
    closed_assurance,
    simulate_trials,
)
from posthaz.analyses.assurance.spec import read_assurance
from posthaz.baselines.observation import follow_up
from posthaz.cohort import CohortSpec
from posthaz.errors import SpecError
from tests.unit.spec.reading import problems, toml_table

MANY = Design((300, 300), np.log(2.0) / 12.0, 0.0, 22.0)  # 400 events at a hazard ratio of 0.75
RULES = pytest.mark.parametrize("prior", [None, (0.0, 1.18), (0.0, 0.3)])


@RULES
def test_four_hundred_events_agree_with_the_closed_form(prior):
    assert MANY.events(np.log(0.75)).sum() == pytest.approx(400.0, abs=1.0)
    effect = np.full(4000, np.log(0.75))
    made = simulate_trials(MANY, effect, np.random.default_rng(1), level=0.975, prior=prior)
    closed = float(chance_of_success(MANY, effect[:1], level=0.975, prior=prior)[0])
    assert made.shown.mean() == pytest.approx(closed, abs=0.02)
    assert made.events.mean() == pytest.approx(400.0, abs=1.5)


def test_type_one_error_is_that_of_the_level():
    found = simulate_trials(MANY, np.zeros(8000), np.random.default_rng(2), level=0.975, prior=None)
    assert found.shown.mean() == pytest.approx(0.025, abs=3 * np.sqrt(0.025 * 0.975 / 8000))


def test_the_log_rank_statistic_is_greenwoods():
    from posthaz.analyses.assurance.answer import _follow_up, _logrank
    from posthaz.baselines import logrank

    time, event, treated = _follow_up(MANY, np.array([np.log(0.7)]), np.random.default_rng(3))

    table = pd.DataFrame({"t": time[0], "d": event[0].astype(int),
                          "arm": np.where(treated[0], "B", "A")})  # fmt: skip
    cohort = ph.read_cohort(table, time="t", event="d", treatment="arm")
    z = float(_logrank(time, event, treated)[0])
    assert z**2 == pytest.approx(float(logrank(cohort)["chisq"].iloc[0]), rel=1e-9)
    assert z < 0


def test_assurance_is_the_chance_averaged_over_the_design_prior():
    asked = ph.AssuranceSpec(ph.Prior("normal", (-0.25, 0.2)), rule="p_value", hr=(0.75,),
                             arms=(300, 300), median=12.0, follow_up=22.0, trials=4000)  # fmt: skip
    found = ph.assurance(ph.simulated_example(), asked)
    row = found.by_size.iloc[0]
    effects = -0.25 + 0.2 * np.random.default_rng(1).standard_normal(200_000)
    by_hand = float(chance_of_success(MANY, effects, level=0.975, prior=None).mean())
    assert closed_assurance(MANY, asked) == pytest.approx(by_hand, abs=0.003)
    assert row["assurance"] == pytest.approx(by_hand, abs=0.02)
    assert found.most == pytest.approx(0.894, abs=0.001)


def test_needed_patients_reach_the_target_and_one_fewer_does_not():
    asked = ph.AssuranceSpec(ph.Prior("normal", (-0.4, 0.1)), rule="p_value", hr=(0.7,),
                             trials=200)  # fmt: skip
    found = ph.assurance(ph.simulated_example(), asked)
    from posthaz.analyses.assurance.answer import _design, _shared

    share = found.asked.arms[1] / sum(found.asked.arms)
    chances = [closed_assurance(_design(found.asked, _shared(n, share)), found.asked)
               for n in (found.needed - 1, found.needed)]  # fmt: skip
    assert chances[0] < 0.8 <= chances[1]


def test_no_number_of_patients_where_the_prior_doubts_a_benefit():
    asked = ph.AssuranceSpec(ph.hazard_ratio(1.0, upper=2.0), hr=(0.7,), trials=200)
    assert ph.assurance(ph.simulated_example(), asked).needed is None


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "it is missing"),
        ("design = { family = 'student_t', values = [4.0, 0.0, 1.0] }", "a normal one is needed"),
        ("arms = [20]\ndesign = { sceptical = 0.7 }", "one number is given"),
        ("rule = 'p_value'\nprior = { sceptical = 0.7 }\ndesign = { sceptical = 0.7 }",
         "has no prior"),
        ("level = 1.0\ndesign = { sceptical = 0.7 }", "level"),
    ],
)  # fmt: skip
def test_bad_tables_are_refused_with_their_place(text, what):
    file = toml_table(f"[assurance]\n{text}\n")
    assert read_assurance(file.below("assurance"), CohortSpec(treatment="arm")) is None
    assert len(problems(file)) == 1 and what in problems(file)[0], problems(file)


def test_the_prior_is_normal_in_python_too():
    with pytest.raises(SpecError, match="a normal one on the log hazard ratio"):
        ph.AssuranceSpec(ph.Prior("student_t", (4.0, 0.0, 1.0)))


def test_follow_up_counts_patients_from_their_entry():
    rows = [
        (0.0, 10.0, 0, 1, "a"),
        (4.0, 9.0, 1, 2, "b"),
        (1.0, 7.0, 0, 1, "a"),
        (2.0, 8.0, 0, 5, "b"),
    ]
    table = pd.DataFrame(rows, columns=["entry", "time", "event", "n", "arm"])
    given = {"time": "time", "event": "event", "entry": "entry", "treatment": "arm"}
    grouped = ph.read_cohort(table, **given, weight="n", weight_kind="frequency")
    single = ph.read_cohort(table.loc[table.index.repeat(table["n"])], **given)
    found = [_median_follow_up(one) for one in (grouped, single)]
    by_hand = follow_up(single).iloc[-1]["median"]  # lengths 10, 5 (events), 6, 6: five patients
    assert found == [6.0, 6.0]
    assert by_hand == 6.0
