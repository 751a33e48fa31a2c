"""Golden numbers: every CSV of ten analyses, before and after a change that should move none."""
