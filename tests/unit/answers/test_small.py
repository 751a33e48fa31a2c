"""What a notebook shows of a cohort."""

from dataclasses import replace

import posthaz as ph
from posthaz.answers import small_table


def test_a_cohort_in_a_notebook_is_small_and_says_that_it_is_simulated():
    shown = ph.simulated_example()._repr_html_()
    assert "SIMULATED" in shown
    assert "<th>Patients</th><td>120</td>" in shown and "<th>Events</th><td>88</td>" in shown
    assert len(shown) < 2000


def test_whatever_a_table_is_called_it_is_text():
    cohort = ph.simulated_example()
    named = replace(cohort, source=replace(cohort.source, name="<script>a</script>"))
    assert "<script" not in named._repr_html_()
    assert small_table("a", [("b", ""), ("c", "&")], simulated=False).endswith(
        "<tr><th>c</th><td>&amp;</td></tr></table>"
    )
