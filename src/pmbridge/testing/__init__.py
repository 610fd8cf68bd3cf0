"""What the author of an adapter tests with: a clock, faults, a sandbox's foundation and the laws.

Ships in the wheel, so that a third party's plugin is held to the same laws as the built-in adapters. Import from the
submodules: ``pmbridge.testing.sandbox`` needs the extra ``[sandbox]``, ``pmbridge.testing.laws`` needs pytest.
"""
