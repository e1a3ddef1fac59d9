"""Patterns that Python specialists reach for, each right where sketches of it usually go wrong; standard library only."""
