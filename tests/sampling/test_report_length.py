"""A clinician reads a report: the main text of a comparison of two arms stays short."""

from dataclasses import replace
from html.parser import HTMLParser

import posthaz as ph
from posthaz.report.compose import compose_report
from posthaz.report.html import render_html

MOST_WORDS = 2500


class MainText(HTMLParser):
    """Words of a page but for tables, pictures, references, contents, provenance, folded parts."""

    SKIPPED = frozenset({"head", "table", "nav", "details", "footer", "ol", "svg"})

    def __init__(self):
        super().__init__()
        self.inside = 0
        self.words = []

    def handle_starttag(self, tag, attrs):
        self.inside += tag in self.SKIPPED

    def handle_endtag(self, tag):
        self.inside -= tag in self.SKIPPED

    def handle_data(self, data):
        if not self.inside:
            self.words += data.split()


def test_main_text_of_a_two_arm_analysis_is_short():
    loaded = ph.load_analysis("nvalt11_pci_os")
    few = replace(loaded.sampling, draws=1000, chains=2, method="laplace")
    report, _ = compose_report(ph.run_analysis(replace(loaded, sampling=few)))
    text = MainText()
    text.feed(render_html(report))
    assert 1000 < len(text.words) <= MOST_WORDS
