"""One run of the user's code under an engine, from arming to tear-down."""
