"""A small described cohort for the tests of the twins."""

from posthaz.simulate import CovariateMargins, Endpoint, Group, Margin, Printed, PrintedCohort

GROUPS = (
    Group("a", 90, {"arm": "a"}, ((0.0, 12.0), (1.0, 60.0))),
    Group("b", 60, {"arm": "b"}, ((0.0, 12.0), (1.0, 60.0))),
)
SEX = CovariateMargins(
    "sex", (Margin(("a",), {"m": 2 / 3, "f": 1 / 3}), Margin(("b",), {"m": 0.4, "f": 0.6}))
)
VOLUME = CovariateMargins(
    "volume",
    (Margin(("a",), below=40 / 90), Margin(("b",), quartiles=(60.0, 100.0, 180.0))),
    cut=100.0,
    spread=0.8,
    grouped=("volume_group", "small", "large"),
)
TARGET = CovariateMargins("ptv", (Margin(("a",), quartiles=(100.0, 200.0, 300.0)), Margin(("b",))))
RATIO = Printed("hazard_ratio", 0.6, column="arm", level="b", reference="a")


def median(value, arm):
    """A printed median of one arm."""
    return Printed("median", value, among={"arm": (arm,)})


PFS = Endpoint(
    "pfs", "pfs", "pfs_event", knots=(6.0, 12.0, 24.0), deaths=0.2,
    printed=(median(8.0, "a"), median(14.0, "b"), RATIO),
)  # fmt: skip
OS = Endpoint(
    "os", "os", "dead", knots=(12.0, 24.0), effects=("sex",), after="pfs",
    printed=(
        median(18.0, "a"),
        median(27.0, "b"),
        Printed("hazard_ratio", 1.5, column="sex", level="m", reference="f", adjusted_for=("arm",)),
    ),
)  # fmt: skip
CSS = Endpoint(
    "css", "os", "cancer_death", cause="cause", part_of="os",
    printed=(median(20.0, "a"), median(30.0, "b")),
)  # fmt: skip
COHORT = PrintedCohort(
    "small", GROUPS, (SEX, VOLUME, TARGET), (PFS, OS, CSS),
    correlations={("volume", "ptv"): 0.6}, resolution=0.1, earliest=1.0,
)  # fmt: skip
