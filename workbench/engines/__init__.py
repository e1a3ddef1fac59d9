"""What observes a program: one file per engine, and a table of names."""
