"""Pure functions of the model: ownership, call tree, functions, line heat, call graph, hotspots."""
