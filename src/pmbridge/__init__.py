"""pmbridge."""
