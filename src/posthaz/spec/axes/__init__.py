"""What a sensitivity analysis can vary: one reader an axis, and the registry of them."""
