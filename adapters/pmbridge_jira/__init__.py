"""Jira Cloud and Jira Data Center for pmbridge."""
