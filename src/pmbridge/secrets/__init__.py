"""Where a connection's secret lies, and how it is got: environment, file, command, the system's keyring.

The first that answers wins: ``PMBRIDGE_<CONNECTION>_SECRET`` → ``PMBRIDGE_<CONNECTION>_SECRET_FILE`` → what the
connection's ``secret`` names (``env:NAME``, ``file:PATH``, ``command:[…]``, ``keyring``). A source that is named but
broken is an error and never skipped: falling through would use a secret that nobody meant. No message, log line or
repr holds the secret.
"""

from pmbridge.secrets.chain import Saved, SecretChain
from pmbridge.secrets.keyrings import os_keyring
from pmbridge.secrets.reference import Reference, trimmed, variable

__all__ = ["Reference", "Saved", "SecretChain", "os_keyring", "trimmed", "variable"]
