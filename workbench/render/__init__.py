"""Model -> text, JSON, HTML."""
