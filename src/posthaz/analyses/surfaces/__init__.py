"""The hazard and survival over two numbers: ``[surfaces.NAME]``."""
