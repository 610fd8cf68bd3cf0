"""The engagement, derived from what the tools show by pure functions."""
