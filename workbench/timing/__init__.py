"""Paired benchmarks: two versions of a function, side by side in fresh processes, and what the pairs say."""
