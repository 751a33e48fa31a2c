"""One folder an analysis: `spec.py` reads its table, `answer.py` works, `section.py` reports."""
