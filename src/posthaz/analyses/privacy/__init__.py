"""Reports from which no patient can be told: the table ``[privacy]``."""
