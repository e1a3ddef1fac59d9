"""The rules, one per file; `workbench.advice.table` lists them."""
