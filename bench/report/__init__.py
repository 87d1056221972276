"""Report of the benchmark: tables, and the limits that must be kept."""
