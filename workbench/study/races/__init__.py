"""Whether calls of a function may run at the same time: interleavings explored, each held against the serial orders."""
