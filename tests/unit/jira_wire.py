"""Jira's JSON for tests: made from what real sites send, not from the examples in the vendor's document."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pmbridge.adapter import Response
from pmbridge.adapter.decode import decode
from pmbridge.adapter.policy import Reply
from pmbridge_jira import wire
from pmbridge_jira.dialect import CLOUD, Dialect
from pmbridge_jira.fields import Catalogue
from pmbridge_jira.issues import IssueFormat

TYPES = "com.atlassian.jira.plugin.system.customfieldtypes"
AGILE = "com.pyxis.greenhopper.jira"

FIELDS = (
    {"id": "summary", "name": "摘要", "custom": False, "schema": {"type": "string", "system": "summary"}},
    {"id": "priority", "name": "优先级", "custom": False, "schema": {"type": "priority", "system": "priority"}},
    {"id": "labels", "name": "标签", "custom": False, "schema": {"type": "array", "items": "string"}},
    {"id": "components", "name": "组件", "custom": False, "schema": {"type": "array", "items": "component"}},
    {"id": "customfield_10014", "name": "Epic Link", "custom": True,
     "schema": {"type": "any", "custom": f"{AGILE}:gh-epic-link"}},
    {"id": "customfield_10015", "name": "Start date", "custom": True,
     "schema": {"type": "date", "custom": f"{TYPES}:datepicker"}},
    {"id": "customfield_10016", "name": "Story Points", "custom": True,
     "schema": {"type": "number", "custom": f"{TYPES}:float"}},
    {"id": "customfield_10020", "name": "冲刺", "custom": True,
     "schema": {"type": "array", "items": "json", "custom": f"{AGILE}:gh-sprint"}},
    {"id": "customfield_10030", "name": "类别", "custom": True,
     "schema": {"type": "option", "custom": f"{TYPES}:select"}},
    {"id": "customfield_10031", "name": "渠道", "custom": True,
     "schema": {"type": "array", "items": "option", "custom": f"{TYPES}:multiselect"}},
    {"id": "customfield_10032", "name": "说明", "custom": True,
     "schema": {"type": "string", "custom": f"{TYPES}:textarea"}},
    {"id": "customfield_10033", "name": "时刻", "custom": True,
     "schema": {"type": "datetime", "custom": f"{TYPES}:datetime"}},
    {"id": "customfield_10034", "name": "客户", "custom": True,
     "schema": {"type": "user", "custom": f"{TYPES}:userpicker"}},
    {"id": "customfield_10035", "name": "区域", "custom": True,
     "schema": {"type": "option-with-child", "custom": f"{TYPES}:cascadingselect"}},
    {"id": "customfield_10036", "name": "SLA", "custom": True, "schema": {"type": "sd-servicelevelagreement"}},
    {"id": "customfield_10037", "name": "备注", "custom": True,
     "schema": {"type": "string", "custom": f"{TYPES}:textfield"}},
    {"id": "customfield_10050", "name": "影响工期", "custom": True,
     "schema": {"type": "number", "custom": f"{TYPES}:float"}},
    {"id": "customfield_10071", "name": "影响工期", "custom": True,
     "schema": {"type": "number", "custom": f"{TYPES}:float"}},
)  # fmt: skip


def catalogue(*more: Mapping[str, Any]) -> Catalogue:
    return Catalogue([wire.FieldDetails.model_validate(one) for one in (*FIELDS, *more)])


def form(*asked: str, dialect: Dialect = CLOUD, **more: Any) -> IssueFormat:
    return IssueFormat(
        dialect=dialect, catalogue=catalogue(), browse="https://jira.example/browse/", asked=asked, **more
    )


def status(category: str = "indeterminate", number: int = 4) -> dict[str, Any]:
    return {"id": "3", "name": "进行中", "statusCategory": {"id": number, "key": category, "name": "正在进行"}}


def issue(number: int = 10002, **fields: Any) -> dict[str, Any]:
    return {
        "expand": "renderedFields",
        "id": str(number),
        "key": f"MALL-{number}",
        "self": f"https://api.atlassian.com/ex/jira/x/rest/api/3/issue/{number}",
        "fields": {
            "summary": "支付页面",
            "status": status(),
            "issuetype": {"id": "10001", "name": "故事", "hierarchyLevel": 0},
            "project": {"id": "10000", "key": "MALL", "name": "会员商城"},
            "created": "2026-01-01T09:00:00.000+0800",
            "updated": "2026-01-17T12:34:00.000+0000",
            **fields,
        },
    }


class Reader:
    """The parsing half of the HTTP client."""

    def parse(self, response: Response, into: Any) -> Reply[Any]:
        return Reply(data=decode(response.body, into, max_depth=64, call="/rest"), status=200, headers={})


def page(*issues: Any, **more: Any) -> Response:
    body = json.dumps({"issues": [*issues], **more}, ensure_ascii=False).encode()
    return Response(status=200, headers={}, body=body, url="https://jira.example/rest/api/3/search/jql")


def parsed(form: IssueFormat, *issues: Any) -> wire.Issue:
    (one,) = form.rows(Reader(), page(*issues)).issues  # type: ignore[arg-type] # only its parse is used
    return one
