"""Long texts of vendors become Markdown that says the same and does no harm."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmbridge.richtext import to_html, to_markdown
from pmbridge.values import Rich


def adf(*content: dict[str, Any]) -> Rich:
    return Rich(format="adf", original=json.dumps({"type": "doc", "version": 1, "content": [*content]}))


def text(words: str, *marks: str) -> dict[str, Any]:
    return {"type": "text", "text": words, "marks": [{"type": mark} for mark in marks]}


def para(*content: dict[str, Any]) -> dict[str, Any]:
    return {"type": "paragraph", "content": [*content]}


def cell(kind: str, *content: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "attrs": {}, "content": [*content]}


def markdown(format: Any, original: str) -> str:  # noqa: A002
    return to_markdown(Rich(format=format, original=original))


# ------------------------------------------------------------------------------------------------- ADF


def test_adf_keeps_the_layout_that_markdown_has() -> None:
    rich = adf(
        {"type": "heading", "attrs": {"level": 2}, "content": [text("验收标准")]},
        para(text("必须 "), text("完成", "strong"), text(" 与 "), text("测试", "em"), text("。")),
        {"type": "bulletList", "content": [{"type": "listItem", "content": [para(text("一"))]}]},
        {"type": "orderedList", "content": [{"type": "listItem", "content": [para(text("甲"))]}]},
        {"type": "codeBlock", "attrs": {"language": "python"}, "content": [text("x = 1")]},
        {"type": "blockquote", "content": [para(text("引用"))]},
        {"type": "rule"},
    )
    assert to_markdown(rich) == (
        "## 验收标准\n\n必须 **完成** 与 *测试*。\n\n- 一\n\n1. 甲\n\n```python\nx = 1\n```\n\n> 引用\n\n---"
    )


def test_adf_table_survives_with_a_pipe_in_a_cell() -> None:
    table = {
        "type": "table",
        "content": [
            {
                "type": "tableRow",
                "content": [cell("tableHeader", para(text("项"))), cell("tableHeader", para(text("值")))],
            },
            {"type": "tableRow", "content": [cell("tableCell", para(text("a|b"))), cell("tableCell", para(text("2")))]},
        ],
    }
    shown = to_markdown(adf(table))
    assert shown == "| 项 | 值 |\n| --- | --- |\n| a\\|b | 2 |"
    assert "<td>a|b</td>" in to_html(shown)


@pytest.mark.parametrize(
    ("node", "words"),
    [
        ({"type": "mention", "attrs": {"id": "5b10", "text": "@王工"}}, "@王工"),
        ({"type": "date", "attrs": {"timestamp": "1582152559000"}}, "2020-02-19"),
        ({"type": "status", "attrs": {"text": "DONE", "color": "green"}}, "DONE"),
        ({"type": "inlineCard", "attrs": {"url": "https://example.com/x"}}, "https://example.com/x"),
        ({"type": "emoji", "attrs": {"shortName": ":smile:", "text": "😄"}}, "😄"),
        ({"type": "futureInline", "attrs": {"text": "内联"}}, "内联"),
        ({"type": "futureInline", "content": [{"type": "text", "text": "深处"}]}, "深处"),
    ],
)
def test_adf_inline_nodes_leave_their_words(node: dict[str, Any], words: str) -> None:
    assert words in to_markdown(adf(para(text("vor "), node)))


@pytest.mark.parametrize(
    "node",
    [
        {"type": "panel", "attrs": {"panelType": "info"}, "content": [para(text("inside"))]},
        {"type": "expand", "attrs": {"title": "more"}, "content": [para(text("inside"))]},
        {"type": "futureBlock", "attrs": {"q": 1}, "content": [para(text("inside"))]},
        {"type": "futureBlock", "content": [{"type": "futureRow", "content": [para(text("inside"))]}]},
        {"type": "bulletList", "content": [{"type": "futureItem", "content": [para(text("inside"))]}]},
        {"type": "table", "content": [{"type": "futureRow", "content": [para(text("inside"))]}]},
        {"type": "layoutSection", "content": [{"type": "layoutColumn", "content": [para(text("inside"))]}]},
        {"type": "taskList", "attrs": {}, "content": [{"type": "taskItem", "attrs": {}, "content": [text("inside")]}]},
        {"type": "decisionList", "content": [{"type": "decisionItem", "content": [text("inside")]}]},
        {"type": "bodiedExtension", "attrs": {}, "content": [para(text("inside"))]},
        para(text("inside", "futureMark")),
        text("inside"),
    ],
)
def test_adf_words_survive_in_nodes_that_nobody_knows(node: dict[str, Any]) -> None:
    shown = to_markdown(adf(para(text("before")), node, para(text("after"))))
    assert [word for word in ("before", "inside", "after") if word in shown] == ["before", "inside", "after"]


@pytest.mark.parametrize(
    "original",
    [
        "{}",
        '{"type":"doc","content":null}',
        '{"type":"doc","content":["x", 5, null, {"no":"type"}, {"type":7}]}',
        '{"type":"doc","content":[{"type":"paragraph","content":[{"type":"text"}]}]}',
        '{"type":"doc","content":[{"type":"heading","attrs":{"level":"ten"},"content":[{"type":"text","text":"x"}]}]}',
        '{"type":"doc","content":[{"type":"paragraph","content":[{"type":"date","attrs":{"timestamp":"soon"}}]}]}',
        '{"type":"doc","content":[{"type":"panel","attrs":null}]}',
        '{"type":"doc","content":[{"type":"table","content":[{"type":"tableRow","content":[]}]}]}',
        "[]",
        "no json at all",
    ],
)
def test_adf_that_is_malformed_is_shown_as_far_as_it_goes(original: str) -> None:
    assert isinstance(to_markdown(Rich(format="adf", original=original)), str)


def test_adf_nested_beyond_reason_keeps_its_words() -> None:
    node = para(text("deep"))
    for _ in range(300):
        node = {"type": "blockquote", "content": [node]}
    assert "deep" in to_markdown(adf(node))


def test_adf_media_shows_its_name_and_loads_nothing() -> None:
    media = {"type": "media", "attrs": {"type": "external", "url": "https://evil.example/x.png", "alt": "架构图"}}
    shown = to_markdown(adf({"type": "mediaSingle", "attrs": {"layout": "center"}, "content": [media]}))
    assert "架构图" in shown
    assert "evil.example" not in shown


# ------------------------------------------------------------------------------------------------ wiki


def test_wiki_markup_becomes_markdown() -> None:
    source = (
        "h2. 标题 *x*\r\n第一行 _斜体_ {{code|x}} [链接|https://x.example/a_b]\r\n第二行\r\n\r\n"
        "* one\r\n** two\r\n* three\r\n\r\n# n1\r\n# n2\r\n\r\n||头|b||\r\n|1|[x|https://a.example]|\r\n\r\n"
        "{code:java}\nint a = *b*; // {x}\n{code}\n{quote}引用 *x*{quote}\n----\nbq. single"
    )
    assert markdown("wiki", source) == (
        "## 标题 **x**\n\n第一行 *斜体* `code|x` [链接](https://x.example/a_b)\\\n第二行\n\n"
        "- one\n  - two\n- three\n\n1. n1\n2. n2\n\n| 头 | b |\n| --- | --- |\n| 1 | [x](https://a.example) |\n\n"
        "```java\nint a = *b*; // {x}\n```\n\n> 引用 **x**\n\n---\n\n> single"
    )


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("{macro:x|y=1} stays", "{macro:x|y=1} stays"),
        ("snake_case_name 2026-05-29 a-b-c 3*4*5", "snake_case_name 2026-05-29 a-b-c 3\\*4\\*5"),
        ("{color:red}red{color}", "red"),
        ("[~wang] !pic.png|thumbnail! [^log.txt]", "@wang 📎 pic.png 📎 log.txt"),
        ("a\\\\b", "a\\\nb"),
        ("{code}unclosed", "{code}unclosed"),
        ("\\*no bold\\*", "\\*no bold\\*"),
        ("-gone- ^up^ ~down~", "~~gone~~ up down"),
        ("*** deep start", "- - - deep start"),
    ],
)
def test_wiki_details(source: str, shown: str) -> None:
    assert markdown("wiki", source) == shown


# ------------------------------------------------------------------------------------------- HTML, others


def test_html_loses_what_could_act() -> None:
    shown = markdown(
        "html",
        '<p onclick="x()">Hi<img src="https://evil.example/t.gif" onerror="x()"> '
        '<a href="javascript:alert(1)">a</a> <a href="https://ok.example">b</a></p>'
        '<script>alert(1)</script><style>p{}</style><iframe src="https://evil.example"></iframe><svg><a>z</a></svg>',
    )
    assert shown == "Hi a [b](https://ok.example)"


def test_html_pipe_in_a_cell_is_escaped_in_text_and_code() -> None:
    shown = markdown(
        "html", "<table><tr><th>h</th><th>i</th></tr><tr><td>a|b</td><td><code>c|d</code></td></tr></table>"
    )
    assert shown == "| h | i |\n| --- | --- |\n| a\\|b | `c\\|d` |"
    assert "<td><code>c|d</code></td>" in to_html(shown)


def test_html_code_keeps_its_language() -> None:
    assert markdown("html", '<pre><code class="language-sql">SELECT 1</code></pre>') == "```sql\nSELECT 1\n```"


def test_code_cannot_break_out_of_its_fence() -> None:
    shown = markdown("html", "<pre>```\n![x](https://evil.example)\n```</pre>")
    assert "<img" not in to_html(shown)
    assert "<code>```\n![x](https://evil.example)\n```" in to_html(shown)


def test_an_address_cannot_break_out_of_its_link() -> None:
    html = to_html(markdown("html", '<a href="https://x.example/)![i](https://evil.example/t.gif)">go</a>'))
    assert html.count("<a ") == 1
    assert "<img" not in html


def test_text_that_looks_like_html_stays_text() -> None:
    shown = markdown("html", "<p>&lt;img src=x onerror=alert(1)&gt; &amp;lt;</p>")
    assert "<img" not in shown.replace("\\<img", "")
    assert to_html(shown) == "<p>&lt;img src=x onerror=alert(1)&gt; &amp;lt;</p>\n"


def test_markdown_loses_images_and_html_and_keeps_the_rest() -> None:
    shown = markdown("markdown", "![架构](https://evil.example/t.png) <b>raw</b>\n\n- a\n  - b\n\n~~old~~ `x`")
    assert shown == "架构 \\<b\\>raw\\</b\\>\n\n- a\n  - b\n\n~~old~~ `x`"


def test_plain_text_is_not_markup() -> None:
    source = "a*b c_d_e <x>\n# no heading\n1. no list\n- no item\n\n> no quote | x"
    html = to_html(markdown("plain", source))
    assert html == (
        "<p>a*b c_d_e &lt;x&gt;<br>\n# no heading<br>\n1. no list<br>\n- no item</p>\n<p>&gt; no quote | x</p>\n"
    )


@pytest.mark.parametrize("source", ["<blockquote>" * 5000 + "deep", "<p>deep" + "<ul><li>" * 2000])
def test_html_nested_beyond_reason_keeps_its_words(source: str) -> None:
    assert "deep" in markdown("html", source)


def test_markdown_nested_beyond_reason_keeps_its_words() -> None:
    assert "deep" in markdown("markdown", ">" * 3000 + "deep")


def slate(*nodes: object) -> str:
    return markdown("slate", json.dumps(nodes))


def test_slate_nodes_that_people_have_met_become_what_they_are() -> None:
    said = slate(
        {"type": "heading-2", "children": [{"text": "目标"}]},
        {"type": "paragraph", "key": "HzEpG", "children": [
            {"text": "见 "}, {"type": "link", "url": "https://a.example/x", "children": [{"text": "方案"}]},
            {"text": "，"}, {"type": "mention", "data": {"name": "小张"}, "children": [{"text": ""}]},
            {"type": "emoji", "code": ":tada:", "children": [{"text": ""}]},
        ]},
        {"type": "numbered-list", "children": [
            {"type": "list-item", "children": [{"type": "paragraph", "children": [{"text": "一"}]}]},
            {"type": "list-item", "children": [{"text": "二"}]},
        ]},
        {"type": "list", "children": [{"type": "list-item", "children": [{"text": "甲"}]}]},
        {"type": "block-quote", "children": [{"type": "paragraph", "children": [{"text": "引用"}]}]},
        {"type": "code", "children": [{"type": "code-line", "children": [{"text": "a = 1"}]}, {"text": "b"}]},
        {"type": "image", "originUrl": "https://e.example/i.png", "name": "图.png", "children": [{"text": ""}]},
    )  # fmt: skip
    assert said == (
        "## 目标\n\n见 [方案](https://a.example/x)，@小张:tada:\n\n1. 一\n2. 二\n\n- 甲\n\n> 引用\n\n"
        "```\na = 1\nb\n```\n\n图.png"
    )


def test_of_slate_nodes_that_nobody_has_met_the_words_stay() -> None:
    said = slate(
        {"type": "panel-of-tomorrow", "children": [
            {"type": "row", "children": [{"type": "cell", "children": [{"text": "左"}]}]},
            {"type": "sparkle", "children": [{"text": "右"}]},
        ]},
        {"type": "rule", "name": "—"},
        {"text": "散"}, 7, None, {"type": 3, "children": [{"text": "落"}]},
    )  # fmt: skip
    assert said.split() == ["左", "右", "—", "散落"]


@pytest.mark.parametrize("text", ["[", "{}", "7", '"x"', "[" * 100_000, "plain *words*"])
def test_what_is_no_slate_tree_is_shown_as_text(text: str) -> None:
    shown = to_html(markdown("slate", text))
    assert "<em>" not in shown
    assert text[:1] in unescape(shown)


def test_a_slate_tree_can_neither_run_nor_load_anything() -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    said = slate(
        {"type": "paragraph", "children": [
            {"text": evil}, {"type": "link", "url": "javascript:alert(1)", "children": [{"text": "click"}]},
            {"type": "link", "url": '"><script>', "children": []},
            {"type": "mention", "data": {"name": evil}}, {"type": "emoji", "code": evil},
        ]},
        {"type": "code", "children": [{"text": evil}]}, {"type": "image", "attrs": {"src": "https://e", "name": evil}},
    )  # fmt: skip
    html = to_html(said)
    assert not re.search(r"<(script|img)|href=.?javascript", html)
    assert "alert(1)" in html
    assert "click" in html


def test_a_slate_tree_nested_beyond_reason_keeps_its_words() -> None:
    deep: dict[str, object] = {"text": "deep"}
    for kind in ["list", "list-item", "quote", "paragraph"] * 60:
        deep = {"type": kind, "children": [deep]}
    assert "deep" in slate(deep)
    line: dict[str, object] = {"text": "deep"}
    for _ in range(240):
        line = {"type": "inline-x", "children": [line]}
    assert "deep" in slate({"type": "paragraph", "children": [line]})


@pytest.mark.parametrize("format", ["adf", "wiki", "html", "markdown", "slate", "plain"])
def test_empty_stays_empty(format: str) -> None:  # noqa: A002
    assert markdown(format, "") == ""


def test_to_html_shows_html_as_text_and_sets_rel() -> None:
    html = to_html("<script>x</script> [a](https://a.example) [b](javascript:x) ![c](https://c.example/t.png)")
    assert html == (
        '<p>&lt;script&gt;x&lt;/script&gt; <a href="https://a.example" rel="noopener noreferrer nofollow">a</a> '
        "[b](javascript:x) c</p>\n"
    )


_HOSTILE = st.text(alphabet="ab <>/\"'=()[]!*_`|#-\\{}&;:~^\n", max_size=60)


@given(st.sampled_from(["wiki", "html", "markdown", "plain"]), _HOSTILE)
def test_no_text_can_load_or_run_anything(format: str, words: str) -> None:  # noqa: A002
    bait = f"{words}<img src=x onerror=y>![i](https://e.example/x)!https://e.example/y.png!{words}<script>z</script>{words}"
    html = to_html(markdown(format, bait))
    for forbidden in ("<img", "<script", "<iframe", "javascript:", "<style"):
        assert forbidden not in html.lower()


@given(st.text(alphabet="ab*_`|#-\\<>[]()!~&.1 \n", max_size=60))
def test_plain_words_come_back_as_they_were(words: str) -> None:
    html = to_html(markdown("plain", words))
    back = unescape(re.sub(r"<[^>]+>", "", html))
    assert back.split() == words.split()
