"""The operating system's keyring, told apart from what only looks like one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

PROVEN = {
    ("keyring.backends.SecretService", "Keyring"),
    ("keyring.backends.macOS", "Keyring"),
    ("keyring.backends.Windows", "WinVaultKeyring"),
    ("keyring.backends.kwallet", "DBusKeyring"),
    ("keyring.backends.kwallet", "DBusKeyringKWallet4"),
}


def os_keyring() -> KeyringBackend | None:
    """Return the operating system's keyring, or ``None``.

    Null, fail and file backends count as none: they lose the secret, refuse it, or ask for a password on a cron job's
    standard input. Of a chain the proven member is taken, so that no other is ever asked.
    """
    try:
        import keyring
        from keyring.backends.chainer import ChainerBackend

        backend = keyring.get_keyring()
        candidates = list(backend.backends) if isinstance(backend, ChainerBackend) else [backend]
    except Exception:  # noqa: BLE001 - a wrong backend name or a dead D-Bus raises whatever it likes
        return None
    return next((one for one in candidates if (type(one).__module__, type(one).__name__) in PROVEN), None)
