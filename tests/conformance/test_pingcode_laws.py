"""The PingCode adapter obeys the laws: both dialects, as an application and as a person, projects and products."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from pmbridge.adapter import Adapter
from pmbridge.testing.clock import FakeClock
from pmbridge.testing.laws import AdapterLaws
from pmbridge.testing.laws.bench import START
from pmbridge.testing.sandbox import Sandbox
from pmbridge.values import ProjectId, RecordId
from pmbridge_pingcode.sandbox import PingCodeSandbox
from pmbridge_pingcode.sandbox_world import PingCodeWorld


class PingCodeLaws(AdapterLaws):
    sandbox_class = PingCodeSandbox

    def links(self, sandbox: Sandbox, adapter: Adapter[Any], id_: RecordId) -> list[tuple[str, RecordId]]:
        """Return the links as the team holds them: no list of PingCode shows them beside its items."""
        assert isinstance(sandbox, PingCodeSandbox)
        return [
            (one.kind, RecordId(kind="work_item", external_id=one.target))
            for one in sandbox.team.relations.values()
            if one.origin == id_.external_id
        ]


class TestPingCodeNewer(PingCodeLaws):
    pass


class TestPingCodeOlder(PingCodeLaws):
    @pytest.fixture
    def sandbox(self) -> Iterator[Sandbox]:
        with PingCodeSandbox(FakeClock(START), dialects=("project",)) as opened:
            yield opened


class TestPingCodeAsAPerson(PingCodeLaws):
    @pytest.fixture
    def sandbox(self) -> Iterator[Sandbox]:
        with PingCodeSandbox(FakeClock(START), grant="refresh_token") as opened:
            yield opened


class ProductWorld(PingCodeWorld):
    """People whose projects are products, and whose items are tickets."""

    def project(self) -> ProjectId:
        return self.product()


class ProductSandbox(PingCodeSandbox):
    quiet_requests: ClassVar[int] = 3
    """The product, its tickets, its ideas."""

    @property
    def world(self) -> ProductWorld:
        return ProductWorld(self.team)


class ProductLaws(AdapterLaws):
    sandbox_class = ProductSandbox

    def a_group(self, sandbox: Sandbox, project: ProjectId) -> RecordId:
        """Make an idea: a product has no groups, but things of two kinds."""
        world = sandbox.world
        assert isinstance(world, ProductWorld)
        return world.add_idea(project, "M1")


class TestPingCodeProducts(ProductLaws):
    pass


class TestPingCodeProductsInTheOlderDialect(ProductLaws):
    @pytest.fixture
    def sandbox(self) -> Iterator[Sandbox]:
        with ProductSandbox(FakeClock(START), dialects=("project",)) as opened:
            yield opened
