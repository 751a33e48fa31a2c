"""What a trial could show: ``[assurance]``."""
