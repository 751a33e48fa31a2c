"""How much of the effect of a treatment that begins later is immortal time."""
