"""Sphinx configuration."""

import logging
from importlib.metadata import version as installed

for chatty in ("pytensor.configparser", "arviz"):
    logging.getLogger(chatty).setLevel(logging.WARNING)

project = "posthaz"
author = "The posthaz developers"
release = version = installed("posthaz")

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
]
exclude_patterns = ["_build"]

myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3

# names in docstrings stand in single backticks
default_role = "literal"
autodoc_typehints = "none"
autodoc_member_order = "bysource"
autosummary_generate = False
numpydoc_show_class_members = False
python_use_unqualified_type_names = True

html_theme = "furo"
html_title = f"posthaz {release}"
html_show_copyright = False
html_copy_source = False
