"""What we write arrives as it was meant: Markdown and plain text in the formats that vendors take."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmbridge.richtext import as_format, to_markdown
from pmbridge.values import Rich, RichFormat

MARKDOWN = """# 决定

**方案 B** 已批准（*张敏*，~~方案 A~~），见 [邮件](https://mail.example/1?a=b_c)。

- 工期 `+0` 天
  - 子项
- 费用 15,000.00

1. 先
2. 后

```py
x = "[a|b]"
```

> 引用

| 项 | 值 |
| --- | --- |
| a | 1 |"""


PARTS = (
    "# 决定", "**方案 B**", "*张敏*", "~~方案 A~~", "[邮件](https://mail.example/1?a=b_c)", "`+0`", "- 子项", "1. 先",
    "2. 后", "> 引用", "| a | 1 |", 'x = "[a|b]"',
)  # fmt: skip


def rich(text: str, format_: RichFormat = "markdown") -> Rich:
    return Rich(format=format_, original=text)


@pytest.mark.parametrize("wanted", ["adf", "wiki"])
def test_markdown_comes_back_the_same_from_what_was_written(wanted: RichFormat) -> None:
    written = as_format(rich(MARKDOWN), wanted)
    assert written.format == wanted
    shown = to_markdown(written)
    for part in PARTS:
        assert part in shown, (part, shown)


@pytest.mark.parametrize("wanted", ["adf", "wiki"])
@pytest.mark.parametrize(
    "text",
    ["*not bold* _nor_ this", "[a|b]", "{code}x{code}", "a\\b", "-x- +y+ ^z^ ~w~", "!img.png!", "h1 a|b"],
)
def test_plain_text_is_no_markup(wanted: RichFormat, text: str) -> None:
    shown = to_markdown(as_format(rich(text, "plain"), wanted))
    assert shown == to_markdown(rich(text, "plain"))


@pytest.mark.parametrize("text", ["# no", "- no", "* no"])
def test_a_mark_of_a_list_in_plain_text_begins_no_list_in_wiki_markup(text: str) -> None:
    assert to_markdown(as_format(rich(text, "plain"), "wiki")) == to_markdown(rich(text, "plain"))


def test_an_address_in_plain_text_stays_whole() -> None:
    written = as_format(rich("见 https://a.example/x_y-z*1", "plain"), "wiki")
    assert written.original == "见 https://a.example/x_y-z*1"


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=60))
def test_no_document_holds_a_text_without_text(text: str) -> None:
    for format_ in ("plain", "markdown"):
        document = json.loads(as_format(rich(text, format_), "adf").original)
        assert document["type"] == "doc"
        _check(document)


def _check(node: dict[str, Any]) -> None:
    assert node["type"] != "text" or node["text"]
    for child in node.get("content", ()):
        _check(child)


def test_what_is_in_the_format_already_is_not_touched() -> None:
    original = rich('{"type":"doc","version":1,"content":[{"type":"unknownNode"}]}', "adf")
    assert as_format(original, "adf") is original


def test_a_format_that_nobody_writes_is_refused() -> None:
    with pytest.raises(ValueError, match="slate"):
        as_format(rich("x"), "slate")
