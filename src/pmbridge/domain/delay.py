"""What waiting costs: a milestone that moves with each working day."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from pmbridge.domain.figure import plain
from pmbridge.domain.inputs import Ref
from pmbridge.values import Label


class CostOfDelay(BaseModel):
    """By how many working days *milestone* moves for each working day of waiting."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    milestone: Ref
    wd_per_wd: Annotated[Decimal, Field(gt=0)]

    @property
    def label(self) -> Label:
        """Say it in a sentence."""
        days = plain(self.wd_per_wd)
        return Label(
            zh=f"每晚 1 个工作日，{self.milestone} 顺延 {days} 个工作日",
            en=f"each working day moves {self.milestone} by {days} working day{'' if days == '1' else 's'}",
        )
