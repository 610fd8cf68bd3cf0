"""Random commands that mostly fit: verbs that lead on from where a record stands, inputs that a test hands in."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from pmbridge.domain.moment import Moment
from pmbridge.errors import Refused
from tests.property.register_machine import CHINA, PROOFS, SHANGHAI, Commands, Desk

Inputs = Mapping[str, st.SearchStrategy[dict[str, Any]]]


class Guided(Commands):
    """``fitting``: inputs by ``noun verb``; a verb that is not there takes none."""

    fitting: ClassVar[Inputs] = {}

    @initialize()
    def begin(self) -> None:
        self.desk = Desk(self.concepts)
        type(self).prepare(self.desk)

    @property
    def moment(self) -> Moment:
        """Now, in the engagement's zone and calendar."""
        return Moment(as_of=self.desk.now, zone=SHANGHAI, calendar=CHINA)

    @rule(data=st.data(), kind_at=st.integers(0, 7), steps=st.integers(2, 7))
    def go_on(self, data: st.DataObject, kind_at: int, steps: int) -> None:
        """Take one record, or a new one, some steps further."""
        kind = self.focus[kind_at % len(self.focus)]
        refs: list[str | None] = [one.ref for one in self.desk.book.of(kind)]
        ref = data.draw(st.sampled_from([None, *refs]))
        for _ in range(steps):
            entry = None if ref is None else self.desk.book.get(ref)
            verbs = self.concepts[kind].verbs_from("" if entry is None else entry.state)
            if not verbs:
                return
            onward = [one for one in verbs if one != "edit"]
            verb = data.draw(st.sampled_from([*onward, *onward, *verbs]))
            given = data.draw(self.fitting.get(f"{kind} {verb}", st.just({})))
            by = data.draw(st.sampled_from(["张敏", "张敏", "李总"]))
            with suppress(Refused):
                ref = self.desk.do(kind, verb, ref, input=given, by=by, reason="客户要求", evidence=PROOFS[:1]).ref
