"""The sections of a report as blocks, one module for those that are read together."""
