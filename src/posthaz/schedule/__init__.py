"""Many tasks in this process, on many cores, or on many machines."""
