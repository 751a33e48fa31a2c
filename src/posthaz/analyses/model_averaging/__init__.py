"""One answer over several models: ``[model_averaging]``."""
