"""Recording <-> file. Opening a file never runs code."""
