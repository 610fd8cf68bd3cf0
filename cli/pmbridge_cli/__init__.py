"""The command line of pmbridge: parse, call the library, render, exit code."""
