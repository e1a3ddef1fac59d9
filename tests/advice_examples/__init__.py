"""Examples of the advice rules, one module for each, of the rule's own name."""
