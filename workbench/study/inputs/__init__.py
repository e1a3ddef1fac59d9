"""Inputs for a comparison: the domain of recorded calls, calls made within it, and the smallest call that still fails."""
