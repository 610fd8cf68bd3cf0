"""Many cards in little time, for benchmarks and for paging: realistic in size, deterministic in content."""

from __future__ import annotations

from datetime import datetime, timedelta

from pmbridge_trello.sandbox_state import Board
from pmbridge_trello.sandbox_store import Store

_SENTENCE = "会员在小程序里查看积分明细，按月份筛选，可以下拉刷新；接口超时要给出提示。"
_SENTENCES = 8


def seed_bulk(store: Store, board: Board, count: int, *, first: datetime | None = None, step_s: float = 60) -> None:
    """Add *count* cards to the lists of *board* in turn, *step_s* seconds apart.

    The first is made at *first* (default: so that the last one is a step old). Each third has a label, a due date
    and a value in a number field; all have a description of about 900 bytes.
    """
    lists, people = store.lists_of(board), [store.add_member(name).id for name in ("王工", "陈工", "刘工")]
    start = first or store.clock.now() - timedelta(seconds=count * step_s)
    label = store.add_label(board, "Bulk", "sky", at=start)
    points = store.add_field(board, "Bulk points", "number", at=start)
    text = "".join(f"{n}. {_SENTENCE}" for n in range(_SENTENCES))
    for number in range(count):
        at, third = start + timedelta(seconds=number * step_s), number % 3 == 0
        card = store.add_card(
            lists[number % len(lists)], f"批量卡片 {number}：积分明细与筛选", at=at, desc=text,
            members=(people[number % 3],), labels=(label.id,) if third else (),
            due=at + timedelta(days=30) if third else None,
        )  # fmt: skip
        if third:
            store.set_value(card, points, number % 5 + 1, at=at)
