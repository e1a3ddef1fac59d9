"""Each folder here is a small project of its own: its tests are run there, by the checklist, and are none of this suite's."""

collect_ignore_glob = ["*/test_*.py"]
