"""posthaz: Bayesian survival analysis, from a cohort table to a posterior report.

Public names stand in ``__init__.pyi`` and are loaded on first use, so that ``import posthaz`` is
fast and the command line can describe and check an analysis without starting PyMC.
"""

from importlib.metadata import version

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__version__ = version("posthaz")
