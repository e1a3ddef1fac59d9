"""The loop: what a candidate does beside the old code, the checks, the verdict, and the folder that remembers."""
