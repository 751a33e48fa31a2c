"""Historical and external information in the model of a small cohort: ``[borrowing]``."""
