"""An analysis that is kept outside posthaz: events by person-time, ``[crude_rates]``."""
