"""Known vulnerabilities in what the requirement files pin."""
