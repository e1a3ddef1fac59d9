"""A program about an archive of packages and the sources in it, written the plain way: right, and slow."""
