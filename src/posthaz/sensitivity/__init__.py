"""One specification to labelled variants, their fits, their comparison."""
