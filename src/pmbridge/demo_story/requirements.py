"""The requirements of the story: collected in April, confirmed on the 17th, and what two changes added later."""

from __future__ import annotations

from collections.abc import Iterator

_AREAS = (
    "会员注册", "会员登录", "会员等级", "积分获取", "积分兑换", "积分过期", "商品搜索", "购物车", "下单", "支付",
    "退货", "消息通知",
)  # fmt: skip
_ASPECTS = ("功能", "规则", "异常处理", "验收标准")
AGREED = tuple(f"{area}{aspect}" for aspect in _ASPECTS for area in _AREAS)
"""The titles of baseline 0, REQ-01 to REQ-48: 34 functional, 8 non-functional and 6 business requirements."""
_FUNCTIONAL, _QUALITIES = 34, 42

_PAPER = """title = "{title}"
statement = "{title}按《需求规格说明书》第 {number} 节实现。"
collected_in = "meeting"
kind = "{kind}"
priority = "{priority}"

[[fit_criteria]]
id = "1"
text = "第 {number} 节的验收用例全部通过"
"""
LATER = {
    "REQ-49": "积分商城首页", "REQ-50": "积分商品兑换", "REQ-51": "积分订单查询", "REQ-52": "优惠券领取页",
    "REQ-53": "我的优惠券", "REQ-54": "优惠券核销", "REQ-55": "优惠券叠加规则", "REQ-56": "优惠券到期提醒",
}  # fmt: skip
"""What change requests would add."""


def _kind(number: int) -> str:
    if number <= _FUNCTIONAL:
        return "functional"
    return "non_functional" if number <= _QUALITIES else "business"


def _paper(number: int, title: str) -> str:
    priority = "should" if number % 3 == 0 else "must"
    return _PAPER.format(title=title, number=number, kind=_kind(number), priority=priority)


PAPERS = {f"REQ-{n:02d}.toml": _paper(n, title) for n, title in enumerate(AGREED, 1)} | {
    f"{ref}.toml": _PAPER.format(title=title, number=ref[4:], kind="functional", priority="should")
    for ref, title in LATER.items()
}
"""What ``--from`` reads, by file name."""


def commands() -> Iterator[str]:
    """Yield how the requirements of baseline 0 came about: collected, clarified, sent, confirmed, agreed."""
    refs = [f"REQ-{n:02d}" for n in range(1, len(AGREED) + 1)]
    for ref in refs:
        source = "--by 张敏 --evidence meeting_minute:需求访谈纪要.pdf"
        yield f"requirement add --from {ref}.toml --ref {ref} {source} --at 2026-04-08T10:00"
    for ref in refs:
        yield f"requirement clarify {ref} --at 2026-04-10T15:00"
    for ref in refs:
        yield f"requirement send {ref} --evidence file:需求规格说明书-1.0.pdf --at 2026-04-15T16:00"
    for ref in refs:
        proof = "--by 张敏 --evidence signed_document:需求确认签字页.pdf"
        yield f"requirement decide {ref} confirm {proof} --at 2026-04-17T15:00"
    yield ("requirement baseline --all --by 张敏 --evidence signed_document:需求确认签字页.pdf --at 2026-04-17T16:00")
