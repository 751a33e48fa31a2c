"""Names of the package: each stands once, in the stub, and is loaded on first use."""

import subprocess
import sys

import pytest

import posthaz as ph


def test_every_public_name_is_found():
    assert len(ph.__all__) > 170
    assert [name for name in ph.__all__ if getattr(ph, name).__name__ == ""] == []
    assert set(ph.__all__) <= set(dir(ph))


def test_a_name_is_the_object_of_its_room():
    from posthaz.hazards.weibull import Weibull

    assert ph.Weibull is Weibull


def test_a_name_that_there_is_not():
    with pytest.raises(AttributeError, match="nothing"):
        ph.nothing  # noqa: B018


def test_importing_loads_no_room():
    code = "import sys, posthaz; print([m for m in sys.modules if m.startswith('posthaz.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
