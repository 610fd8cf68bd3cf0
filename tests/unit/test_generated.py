"""What is written from the concepts is what stands in the repository, and works."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from pmbridge.desks import Desks
from pmbridge.domain.concepts import concepts
from pmbridge.errors import GuardFailed
from pmbridge.store import Store
from pmbridge.testing.clock import FakeClock
from pmbridge_cli.field_words import CHINESE
from tests.unit.register_bench import at, opened

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture
def generate(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(DOCS))
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "generate", module)
    spec.loader.exec_module(module)
    return module


def test_no_generated_file_is_behind_its_concept(generate: ModuleType) -> None:
    stale = [path.name for path, text in generate.files().items() if path.read_text(encoding="utf-8") != text]
    assert stale == [], "run: python docs/generate.py"


def test_every_noun_of_the_register_has_commands_and_a_desk(generate: ModuleType) -> None:
    baselines = {"requirements_baseline", "schedule_baseline", "budget_baseline"}
    inner = {"client_decision", "engagement", "discrepancy", *baselines}
    assert set(generate.ORDER) >= set(concepts()) - inner


def test_a_desk_takes_typed_arguments_and_refuses_with_every_condition(
    sqlite_store: Store, clock: FakeClock, tmp_path: Path
) -> None:
    letter = tmp_path / "授权.eml"
    letter.write_text("From: a@b", encoding="utf-8")
    desks = Desks(opened(sqlite_store, clock, concepts=concepts()))
    zhang = desks.contact.add(name="张敏", may=["change"], at=at("04-07"), evidence=[letter])
    made = desks.change.submit(
        title="小程序优惠券", description="618 发券", reason="引流", raised_by=zhang.ref, via="email", at=at("05-27")
    )
    assert (made.ref, made.state, made.fields.kind) == ("CR-001", "submitted", "request_for_change")
    assert [one.ref for one in desks.change.all()] == ["CR-001"]
    assert desks.change.get("CT-01") is None
    with pytest.raises(GuardFailed) as refused:
        desks.change.decide("CR-001", "approve", option="A", by="张敏", evidence=[f"email:{letter}"], at=at("05-28"))
    assert len([one for one in refused.value.conditions if not one.met]) >= 1  # type: ignore[attr-defined]


def test_every_field_of_the_register_has_a_chinese_name() -> None:
    told = {
        name
        for concept in concepts().values()
        for fields in (concept.fields, *(step.takes for step in concept.steps))
        for name in fields.model_fields
    }
    assert sorted(told - CHINESE.keys() - {"message_id"}) == []
