"""Views that live in a notebook, linked to the kernel."""
