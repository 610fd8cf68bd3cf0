"""The words of the demo's story in Jira: titles of epics, items and changes, and the dates of sprints and patches."""

from __future__ import annotations

from datetime import date

OTHERS = 204

EPICS = (
    "需求与范围", "界面设计", "会员与积分", "商城前端", "支付与对账", "上线与交接", "消息触达", "商品与库存",
    "营销活动", "客服与售后", "数据与报表", "运维与监控", "安全与合规", "测试与验收",
)  # fmt: skip

_FEATURES = (
    "会员注册", "会员登录", "会员等级", "积分获取", "积分兑换", "积分过期", "积分明细", "签到", "首页", "搜索",
    "商品列表", "商品详情", "购物车", "下单", "订单列表", "订单详情", "收货地址", "优惠券", "评价", "收藏",
    "消息中心", "客服入口", "退货申请", "发票信息", "个人中心", "生日礼", "邀请有礼", "分类导航", "活动页", "门店查询",
    "会员码", "隐私设置", "注销账号", "帮助中心", "意见反馈", "多门店切换",
)  # fmt: skip

_PAYMENTS = (
    "微信支付下单", "微信支付回调", "支付宝下单", "支付宝回调", "支付超时关单", "支付失败重试", "退款申请", "退款回调",
    "日对账单下载", "对账差异处理", "对账报表", "支付流水查询", "积分抵现", "分账", "手续费核算", "支付沙箱联调",
)  # fmt: skip

_GO_LIVE = ("域名与证书", "生产环境部署", "上线演练", "回滚方案", "上线检查单", "值班安排")

PATCH_RELEASES = (
    ("v2.0.0", date(2026, 4, 10)), ("v2.0.1", date(2026, 4, 14)), ("v2.1.0", date(2026, 4, 21)),
    ("v2.1.1", date(2026, 4, 24)), ("v2.1.2", date(2026, 4, 28)), ("v2.2.0", date(2026, 5, 8)),
    ("v2.2.1", date(2026, 5, 13)), ("v2.2.2", date(2026, 5, 19)), ("v2.3.0", date(2026, 5, 26)),
    ("v2.3.1", date(2026, 6, 2)), ("v2.4.0", date(2026, 6, 16)),
)  # fmt: skip

_APRIL, _MAY, _JUNE, _JULY = 4, 5, 6, 7
SPRINTS = tuple(
    (date(2026, *first), date(2026, *last))
    for first, last in (
        ((_APRIL, 7), (_APRIL, 17)), ((_APRIL, 20), (_APRIL, 30)), ((_MAY, 6), (_MAY, 15)), ((_MAY, 18), (_MAY, 29)),
        ((_JUNE, 1), (_JUNE, 12)), ((_JUNE, 15), (_JUNE, 26)), ((_JUNE, 29), (_JULY, 10)), ((_JULY, 13), (_JULY, 24)),
        ((_JULY, 27), (_JULY, 31)),
    )
)  # fmt: skip

CHANGES = {
    112: "开票时需要填写纳税人识别号和开户行，涉及四条需求。",
    150: "希望把短信服务商换成集团统一采购的一家。",
    163: "积分商城原定二期，希望并入首期一起上线。",
    231: "618 活动引流，小程序首页领取优惠券，下单时核销。",
    240: "会员等级由四级改为五级，升级规则按近十二个月消费。",
}


def item(ref: str, number: int) -> str:
    """Return the title of a milestone's item."""
    feature = _FEATURES[number % len(_FEATURES)]
    match ref:
        case "M1":
            return f"确认需求：{feature}"
        case "M2":
            return f"界面设计：{feature}"
        case "M3":
            return f"{feature}{('接口', '服务端逻辑', '自动化测试')[number // len(_FEATURES)]}"
        case "M4":
            return f"{feature}页面"
        case "M5":
            return _PAYMENTS[number]
        case _:
            return _GO_LIVE[number]


def other(number: int) -> str:
    """Return the title of work beside the milestones."""
    kinds = ("偶发报错", "文案调整", "日志补充", "接口超时排查", "埋点", "样式修正")
    return f"{_FEATURES[number % len(_FEATURES)]}：{kinds[number // len(_FEATURES) % len(kinds)]}"
