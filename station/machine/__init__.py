"""What only a station's own machine has: whether it is healthy, and the watchdog that is fed while it is."""
