"""Being here, it has pytest put this folder on the path: the tests find `archive`, from wherever they are run."""
