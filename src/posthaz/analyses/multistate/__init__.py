"""Two end points together: progression, death without it, and death after it."""
