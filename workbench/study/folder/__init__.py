"""The folder that remembers one study: plain files fit for git, only ever added to, whole at any moment."""
