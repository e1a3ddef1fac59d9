"""The notebook's entry point: `%profile`, `%%profile`."""
