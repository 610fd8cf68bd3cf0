"""Worktile. The adapter is found through its entry point; nothing is imported before it is used."""
