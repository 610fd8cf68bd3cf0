"""The PingCode adapter obeys the laws: both dialects, as an application and as a person, projects and products."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import pytest

from pmbridge.testing.clock import FakeClock
from pmbridge.testing.laws import AdapterLaws
from pmbridge.testing.laws.bench import START
from pmbridge.testing.sandbox import Sandbox
from pmbridge.values import ProjectId, RecordId
from pmbridge_pingcode.sandbox import PingCodeSandbox
from pmbridge_pingcode.sandbox_world import PingCodeWorld


class TestPingCodeNewer(AdapterLaws):
    sandbox_class = PingCodeSandbox


class TestPingCodeOlder(AdapterLaws):
    sandbox_class = PingCodeSandbox

    @pytest.fixture
    def sandbox(self) -> Iterator[Sandbox]:
        with PingCodeSandbox(FakeClock(START), dialects=("project",)) as opened:
            yield opened


class TestPingCodeAsAPerson(AdapterLaws):
    sandbox_class = PingCodeSandbox

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
