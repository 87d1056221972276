"""Out-of-core training: a folder of files that need not fit in memory, here or on a cluster."""
