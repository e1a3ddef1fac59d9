"""What a measured hot line suggests: one rule per file in `rules/`. A rule sees the syntax; only what the profile found hot is told."""
