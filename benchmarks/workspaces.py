"""The configuration files of the benchmark's workspaces."""

from __future__ import annotations

from benchmarks.trello_site import an_id

CONNECTION = "build"
TRELLO_KEY = "0123456789abcdef0123456789abcdef"
_HEAD = """
[workspace]
store = "sqlite:///data/pmbridge.db"
language = "en"
timezone = "Asia/Shanghai"
"""
_ENGAGEMENT = """
[engagements.bench]
client = "Bench"
name = "Bench"
languages = ["zh-CN", "en"]
"""
_JIRA = """
[connections.build]
adapter = "jira"
base_url = "{url}"
user = "pm@agency.example"
secret = "env:BENCH_TOKEN"
"""
_PROJECT = """
[[engagements.bench.sources]]
connection = "build"
project = "MALL|10000"
milestones = { from = "version", match = '^(?P<ref>M\\d+)\\s', weight = "points:customfield_10016", date_is = "plan" }
"""
_TRELLO = """
[connections.build]
adapter = "trello"
base_url = "{url}"
api_key = "{key}"
secret = "env:BENCH_TOKEN"
"""
_BOARD = """
[[engagements.bench.sources]]
connection = "build"
project = "商城设计 {n}|{id}"
status = {{ "Milestones" = "todo", "待设计" = "todo", "设计中" = "in_progress", "已验收" = "done" }}
milestones = {{ from = "label", match = "^(?P<ref>M\\\\d+)$", weight = "{weight}" }}
"""


def configured(tool: str, url: str, boards: int) -> str:
    """Return the file of a workspace that reads one Jira project, or so many Trello *boards*."""
    if tool == "jira":
        return _HEAD + _JIRA.format(url=url) + _ENGAGEMENT + _PROJECT
    # One custom field is asked for, so that their values are read as py-trello reads them.
    weights = (f"points:{an_id(6, 0)}" if n == 0 else "count" for n in range(boards))
    sources = (_BOARD.format(n=n, id=an_id(3, n), weight=weight) for n, weight in enumerate(weights))
    return _HEAD + _TRELLO.format(url=url, key=TRELLO_KEY) + _ENGAGEMENT + "".join(sources)
