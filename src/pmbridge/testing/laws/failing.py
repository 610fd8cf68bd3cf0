"""Laws of failure: each goes wrong in its own class, and no secret goes with it."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest

from pmbridge.adapter import Adapter
from pmbridge.errors import (
    CredentialRefused,
    NotAuthorized,
    NotData,
    PmbridgeError,
    ProtocolError,
    RateLimited,
    TransientError,
    Unsupported,
)
from pmbridge.records import (
    AddComment,
    Create,
    Transition,
    Update,
    Verb,
    Write,
    encode,
)
from pmbridge.testing.faults import Fault
from pmbridge.testing.laws.bench import WRONG, Bench, Mirror
from pmbridge.testing.sandbox import Sandbox
from pmbridge.values import ProjectId, Rich


class FailingLaws(Bench):
    """What happens when it does not work."""

    def test_check_names_the_account(self, adapter: Adapter[Any]) -> None:
        """Broken, a person cannot tell whose eyes the report sees with."""
        account = adapter.check()
        assert account.id
        assert account.name

    def test_wrong_secret_is_refused_and_not_an_empty_answer(self, sandbox: Sandbox) -> None:
        """Broken, an expired token looks like a project in which everything was deleted."""
        with pytest.raises(NotAuthorized):
            self.connected(sandbox, secret=WRONG).check()

    def test_anonymous_answer_is_refused(self, sandbox: Sandbox, world: Any, project: ProjectId) -> None:
        """Broken, a tool that answers strangers with an empty list empties the report."""
        world.add_item(project, "Item")
        adapter = self.connected(sandbox)
        self.settled(sandbox, adapter)
        sandbox.faults.add(Fault(call="* *", what="anonymous", times=None))
        with pytest.raises(CredentialRefused):
            self.pulled(adapter, self.scope(adapter, project))

    def test_secret_is_in_no_log_record_cursor_or_exception(
        self, sandbox: Sandbox, world: Any, project: ProjectId, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Broken, a log that is sent to somebody gives the account away."""
        caplog.set_level(logging.DEBUG)
        adapter = self.connected(sandbox)
        self.some_items(world, project)
        self.settled(sandbox, adapter)
        mirror = self.pulled(adapter, self.scope(adapter, project))
        with pytest.raises(PmbridgeError) as refused:
            self.connected(sandbox, secret=WRONG).check()
        said = [caplog.text, repr(adapter), repr(mirror.cursor), repr(refused.value), str(refused.value.facts)]
        said += [encode(record).decode() for record in mirror.records.values()]
        for secret in (sandbox.secret().get_secret_value(), WRONG.get_secret_value()):
            assert not [one for one in said if secret in one]

    @pytest.mark.parametrize(
        ("what", "expected"),
        [
            ("429", RateLimited),
            ("500", TransientError),
            ("503", TransientError),
            ("html", NotData),
            ("cut", TransientError),
            ("trickle", TransientError),
            ("reset", TransientError),
            ("lost_before", TransientError),
            ("forbidden", PmbridgeError),
        ],
    )
    def test_each_failure_has_its_class(
        self, sandbox: Sandbox, world: Any, project: ProjectId, what: Any, expected: type[PmbridgeError]
    ) -> None:
        """Broken, a blip needs a person, or a broken credential is retried for ever."""
        adapter = self.connected(sandbox)
        self.some_items(world, project)
        adapter.check()
        sandbox.faults.add(Fault(call="* *", what=what, times=None, retry_after=3600))
        mirror = Mirror()
        raised: PmbridgeError | None = None
        try:
            self.pulled(adapter, self.scope(adapter, project), mirror)
        except PmbridgeError as error:
            raised = error
        if raised is None:
            # A right that one project lacks may also be told as a project that was skipped; never as no data.
            assert what == "forbidden"
            assert [one.project for one in mirror.skipped] == [project]
            assert not mirror.listings
            return
        assert isinstance(raised, expected)
        assert not isinstance(raised, ProtocolError)

    def test_a_short_wait_is_kept_and_the_pull_goes_on(
        self, sandbox: Sandbox, adapter: Adapter[Any], world: Any, project: ProjectId
    ) -> None:
        """Broken, every rate limit ends the run, or our retry comes too early and makes it worse."""
        self.some_items(world, project)
        self.settled(sandbox, adapter)
        adapter.check()
        began = sandbox.clock.now()
        sandbox.faults.add(Fault(call="* *", what="429", retry_after=7))
        mirror = self.pulled(adapter, self.scope(adapter, project))
        assert project in mirror.complete
        assert sandbox.clock.now() - began >= timedelta(seconds=7)

    def test_a_verb_without_support_raises_unsupported(
        self, adapter: Adapter[Any], world: Any, project: ProjectId
    ) -> None:
        """Broken, a write that cannot be done ends as a riddle instead of a manual step with a link."""
        target = world.add_item(project, "Item")
        uid = "01JWX3K8000000000000000000"
        writes: dict[Verb, Write] = {
            Verb.CREATE: Create(uid=uid, project=project, kind=target.kind),
            Verb.UPDATE: Update(uid=uid, target=target),
            Verb.TRANSITION: Transition(uid=uid, target=target, to="1"),
            Verb.COMMENT: AddComment(
                uid=uid, target=target, body=Rich(format="plain", original="x"), audience="public"
            ),
        }
        for verb, write in writes.items():
            if not self.offers(adapter, target.kind, verb):
                with pytest.raises(Unsupported):
                    adapter.push(write)

    def test_the_project_is_described_by_what_a_mapping_may_name(
        self, adapter: Adapter[Any], world: Any, project: ProjectId
    ) -> None:
        """Broken, `engagement add` proposes from nothing."""
        self.some_items(world, project)
        schema = adapter.describe(project)
        assert schema.project.id == project
        assert set(schema.kinds) <= set(adapter.kinds)
        items = [schema.kinds[kind] for kind in schema.kinds if adapter.kinds[kind].shape == "item"]
        assert any(one.states for one in items)
        assert schema.project.key in {one.key for one in adapter.projects()}
