"""What coding agents are given: the prompts and skills of agents/, checked, put together and installed; the same answers as tools."""
