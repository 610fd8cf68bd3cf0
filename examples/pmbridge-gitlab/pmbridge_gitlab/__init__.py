"""GitLab as a plugin of pmbridge."""
