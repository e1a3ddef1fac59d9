"""The shell's entry point: one file per command."""
