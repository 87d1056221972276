"""Commands of `addsup`, one a module; what they call is imported when they run."""
