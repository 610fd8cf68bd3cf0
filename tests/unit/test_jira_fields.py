"""Fields are found by id or by a name that only one has; nothing is guessed."""

from __future__ import annotations

import pytest

from pmbridge.errors import ConfigError
from tests.unit import jira_wire as jira


def test_a_field_is_found_by_id_and_by_unique_name() -> None:
    fields = jira.catalogue()
    assert fields.find("customfield_10016", thing="jira").id == "customfield_10016"
    assert fields.find("story points", thing="jira").id == "customfield_10016"


def test_two_fields_of_one_name_are_refused_with_both_ids() -> None:
    with pytest.raises(ConfigError) as refused:
        jira.catalogue().find("影响工期", thing="jira:MALL")
    assert refused.value.name == "field-ambiguous"
    assert refused.value.text("en") == (
        'jira:MALL has 2 fields named "影响工期": customfield_10050, customfield_10071.'
    )
    assert "customfield_10050, customfield_10071" in refused.value.text("zh")


def test_an_unknown_field_names_the_nearest() -> None:
    with pytest.raises(ConfigError) as refused:
        jira.catalogue().find("Story Pionts", thing="jira")
    assert "Story Points" in refused.value.text("en")
    assert refused.value.exit_code == 2


def test_agile_fields_are_known_by_their_kind_and_not_by_their_name() -> None:
    fields = jira.catalogue({"id": "customfield_9", "name": "Sprint", "custom": True, "schema": {"type": "string"}})
    assert fields.sprint == "customfield_10020"
    assert fields.epic_link == "customfield_10014"
