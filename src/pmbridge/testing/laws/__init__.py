"""The laws that every adapter obeys, as tests that a plugin's author runs in three lines.

::

    from pmbridge.testing.laws import AdapterLaws
    from mine.sandbox import MySandbox


    class TestMine(AdapterLaws):
        sandbox_class = MySandbox

The adapter is the one that ``MySandbox.settings()["adapter"]`` names. Each law speaks only of what the contract in
:mod:`pmbridge.adapter` promises; its docstring says what a user loses where it is broken. A law about something that
the tool does not have is skipped, with the sandbox's own reason. Needs pytest and the extra ``[sandbox]``.
"""

from pmbridge.testing.laws.absence import AbsenceLaws
from pmbridge.testing.laws.failing import FailingLaws
from pmbridge.testing.laws.marks import MarkLaws
from pmbridge.testing.laws.pulling import PullingLaws
from pmbridge.testing.laws.writing import WritingLaws

__all__ = ["AdapterLaws"]


class AdapterLaws(PullingLaws, MarkLaws, AbsenceLaws, FailingLaws, WritingLaws):
    """All laws. Subclass it with ``sandbox_class``."""
