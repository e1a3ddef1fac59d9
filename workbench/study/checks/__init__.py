"""The checklist: one small module for each item, behind one Protocol."""
