"""What planning a write asks of the memo: a database read each time, and the check of the site's whole catalogue."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from pydantic import JsonValue, SecretStr

from pmbridge.adapter import Context
from pmbridge.testing.clock import FakeClock
from pmbridge.testing.context import MemoryMemo, context
from pmbridge.values import Number, Plain
from pmbridge_jira.adapter import JiraAdapter
from pmbridge_jira.settings import JiraSettings
from tests.unit.jira_wire import FIELDS

FOUND: JsonValue = json.loads(json.dumps(FIELDS))


class CountedMemo(MemoryMemo):
    """Counts how often each key is looked for; the site's fields are in it."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.asked: Counter[str] = Counter()

    def get(self, key: str, load: Callable[[], JsonValue], *, ttl: timedelta = timedelta(days=1)) -> JsonValue:
        self.asked[key] += 1
        return super().get(key, (lambda: FOUND) if key.startswith("fields ") else load, ttl=ttl)

    def kept(self, key: str) -> JsonValue:
        self.asked[key] += 1
        return super().kept(key)


@pytest.fixture
def memo() -> CountedMemo:
    return CountedMemo(FakeClock())


@pytest.fixture
def jira(memo: CountedMemo) -> JiraAdapter:
    said = {"adapter": "jira", "base_url": "https://acme.atlassian.net", "user": "a@b.c", "deployment": "cloud"}
    lent = context("jira", SecretStr("x"), FakeClock())
    made = Context(connection="jira", secret=lent.secret, clock=lent.clock, memo=memo, log=lent.log)
    return JiraAdapter(JiraSettings.model_validate({**said, "start_date_field": "Start date"}), made)


def test_fifty_planned_fields_read_the_memo_at_most_once(jira: JiraAdapter, memo: CountedMemo) -> None:
    for n in range(50):
        points = Number(value=Decimal(n))
        assert jira.canonical("issue", "field:customfield_10016", points) == points
        assert jira.canonical("issue", "title", Plain(text=f"A {n}\nB")) == Plain(text=f"A {n} B")
    assert memo.asked.total() <= 1


def test_a_catalogue_that_is_asked_for_anew_takes_the_place_of_the_last(jira: JiraAdapter, memo: CountedMemo) -> None:
    site = jira._site
    first = site.catalogue()
    assert site.catalogue() is first
    assert site.catalogue(fresh=True) is not first
    assert site.catalogue() is not first
    assert memo.asked.total() == 2
