"""The public Python API: run something under an engine, and hold the recording that came of it."""
