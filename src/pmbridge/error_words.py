"""The exact words of every error, in both languages, keyed by the error's stable name.

``{facts}`` in braces are filled from the error. A fact that nobody supplied falls back to :data:`DEFAULTS`, so that a
plugin which knows less still gives a whole sentence.
"""

from __future__ import annotations

import errno
from typing import NamedTuple


class Words(NamedTuple):
    """What happened, and the next step, in English and Chinese. An empty next step means: nothing to do."""

    en: str
    zh: str
    next_en: str = ""
    next_zh: str = ""


DEFAULTS: dict[str, tuple[str, str]] = {
    "tool": ("The tool", "该工具"),
    "user": ("this account", "当前账号"),
    "time": ("the last sync", "上次同步"),
    "name": ("this connection", "该连接"),
    "host": ("the server", "服务器"),
    "status": ("refused", "被拒绝"),
    "detail": ("no further detail", "没有更多信息"),
    "why": ("no answer", "没有应答"),
    "title": ("without a title", "无标题"),
    "stored": ("What was read is stored", "已读到的内容已保存"),
    "url": ("its address", "它的地址"),
    "command": ("pmbridge status", "pmbridge status"),
}

SINCE: dict[str, tuple[Words, Words]] = {
    "kept": (Words(" Data of {time} is kept.", "{time} 的数据保留。"), Words("", "")),
    "nothing_deleted": (
        Words(" Its data of {time} is kept, nothing counts as deleted.", "{time} 的数据保留，不当作删除。"),
        Words(" Nothing counts as deleted.", "不当作删除。"),
    ),
}
"""Sentences about data that was read before, each with what stands in its place when nothing was."""


_SYSTEM = {
    errno.EACCES: "没有权限",
    errno.EBUSY: "正被占用",
    errno.EDQUOT: "磁盘配额已满",
    errno.EEXIST: "已存在",
    errno.EFBIG: "文件过大",
    errno.EINVAL: "不允许的操作",
    errno.EIO: "读写出错",
    errno.EISDIR: "是文件夹",
    errno.ELOOP: "链接循环",
    errno.EMFILE: "打开的文件过多",
    errno.ENAMETOOLONG: "名称过长",
    errno.ENFILE: "打开的文件过多",
    errno.ENODEV: "没有这个设备",
    errno.ENOENT: "没有这个文件或文件夹",
    errno.ENOEXEC: "不是可执行的程序",
    errno.ENOSPC: "磁盘已满",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.ENOTEMPTY: "文件夹不是空的",
    errno.ENXIO: "没有这个设备",
    errno.EPERM: "不允许的操作",
    errno.EROFS: "磁盘只读",
}


def system_words(error: OSError) -> Words:
    """Return what the system said was wrong; it speaks English here, and what it rarely says stays so."""
    said = error.strerror or "no access"
    return Words(said, _SYSTEM.get(error.errno or 0, error.strerror or "无法访问"))


def _same(command: str) -> tuple[str, str]:
    return command, command


WORDS: dict[str, Words] = {
    "refused": Words("{detail}", "{detail_zh}", "{command}", "{command}"),
    "config-missing": Words(
        "No pmbridge.toml in {folder} or above.",
        "{folder} 及上级文件夹中没有 pmbridge.toml。",
        "pmbridge connect jira (starts one here)",
        "pmbridge connect jira（在此新建）",
    ),
    "config-invalid": Words(
        "{count} in {file}: {problems}.",
        "{file} 有 {n} 处错误：{problems_zh}。",
        "edit the file, then pmbridge doctor",
        "改好后运行 pmbridge doctor",
    ),
    "mapping-invalid": Words(
        "The mapping of {engagement} does not fit {source}: {problems}.",
        "{engagement} 的对应关系与 {source} 不符：{problems_zh}。",
        *_same("pmbridge engagement edit"),
    ),
    "unknown-adapter": Words(
        'There is no adapter "{adapter}"; known: {known}.',
        "没有名为「{adapter}」的适配器，可用：{known}。",
        *_same("pmbridge adapters"),
    ),
    "adapter-broken": Words(
        'The adapter "{adapter}" ({distribution} {version}) cannot be used: {detail}.',
        "适配器「{adapter}」（{distribution} {version}）无法使用：{detail_zh}。",
        *_same("pmbridge adapters"),
    ),
    "credential-missing": Words(
        'No secret for "{name}". Looked in {looked}.',
        "找不到「{name}」的令牌。查过{looked_zh}。",
        *_same("pmbridge connect {name}"),
    ),
    "credential-refused": Words(
        '{tool} refused the credential of "{name}" ({status}, as {user}). It is wrong, expired or revoked.{kept}',
        "{tool} 不接受「{name}」的令牌（{status}，{user}）：写错、过期或已撤销。{kept}",
        *_same("pmbridge connect {name}"),
    ),
    "anonymous": Words(
        '{tool} answered "{name}" as an anonymous visitor, so an empty list proves nothing. Nothing was stored.',
        "{tool} 把「{name}」当作匿名访客，空列表不可信，未保存任何内容。",
        *_same("pmbridge connect {name}"),
    ),
    "trello-secret": Words(
        'Trello says "invalid token". Often the Secret was pasted; the token comes from the link "Allow".',
        "Trello 返回「invalid token」。常见原因：粘贴的是 Secret；令牌要在链接里点「允许」后得到。",
        *_same("pmbridge connect {name}"),
    ),
    "client-refused": Words(
        "{tool} does not know this client_id/secret pair ({status}). Deleted or reset in 凭据管理？",
        "{tool} 不认识这组 client_id 和 secret（{status}），可能已在「凭据管理」中删除或重置。",
        *_same("pmbridge connect {name}"),
    ),
    "not-visible": Words(
        "{thing} is not visible to {user}: it does not exist or the right is missing ({tool} does not say which)."
        "{nothing_deleted}",
        "{user} 看不到 {thing}：不存在或没有权限（{tool} 不作区分）。{nothing_deleted}",
        *_same("pmbridge doctor {name}"),
    ),
    "keyring-unavailable": Words(
        "This machine has no keyring. Use an environment variable ({variable}), a file or a command.",
        "本机没有钥匙串。请改用环境变量 {variable}、文件或命令。",
        *_same("pmbridge connect {name}"),
    ),
    "secret-file-open": Words(
        "{file} can be read by other users (mode {mode}).",
        "{file} 其他用户也能读（权限 {mode}）。",
        *_same("chmod 600 {file}"),
    ),
    "secret-unreadable": Words(
        'The secret of "{name}" could not be read from {where}: {detail}.',
        "无法从 {where_zh} 读取「{name}」的令牌：{detail_zh}。",
        *_same("pmbridge doctor {name}"),
    ),
    "rate-limited": Words(
        "{tool} asks to wait {wait}. {stored}; the next run goes on from there. Nothing to do",
        "{tool} 要求等待 {wait_zh}。{stored_zh}，下次从这里继续。无需处理",
    ),
    "unreachable": Words(
        "Cannot reach {host} ({why}).{kept}",
        "连不上 {host}（{why_zh}）。{kept}",
        "try again; on a company network check HTTPS_PROXY",
        "稍后再试；公司网络请检查 HTTPS_PROXY",
    ),
    "certificate": Words(
        "The certificate of {host} is not trusted here. pmbridge does not go on without.",
        "{host} 的证书在本机不受信任，不会跳过检查。",
        "set ca_bundle in [connections.{name}] to your company's CA file",
        "在 [connections.{name}] 设 ca_bundle 为公司根证书文件",
    ),
    "not-json": Words(
        '{host} sent a web page instead of data (login, proxy or maintenance page: "{title}"). Nothing was stored.',
        "{host} 返回的是网页而不是数据（登录、代理或维护页：「{title}」）。未保存。",
        "open {url} in a browser",
        "用浏览器打开 {url}",
    ),
    "protocol": Words(
        "{tool} answered in a form pmbridge {version} does not know: {field} in {call}. "
        "Nothing of that page was stored.",
        "{tool} 的回答格式 pmbridge {version} 不认识：{call} 的 {field}。该页未保存。",
        "pmbridge doctor {name} --report (a file without secrets to send us)",
        "pmbridge doctor {name} --report（生成不含密钥的报告文件）",
    ),
    "origin": Words(
        '{host} wanted to send "{name}" on to {other}. The credential was not sent there.',
        "{host} 要把「{name}」转到 {other}，令牌没有发过去。",
        "check base_url, then pmbridge connect {name}",
        "核对 base_url，再 pmbridge connect {name}",
    ),
    "vanished": Words(
        "{gone} of {present} records of {thing} are gone ({percent}%, limit {limit}%). Deleted, moved, or a right "
        "was lost. Nothing was marked.",
        "{thing} 的 {present} 项中有 {gone} 项不见了（{percent}%，上限 {limit}%）：删除、移走或失去权限。未作标记。",
        *_same("pmbridge sync {name} --accept-vanished {gone}"),
    ),
    "empty": Words(
        "{thing} answered with nothing, before it had {present}. Nothing was changed.",
        "{thing} 返回空，之前有 {present} 项。未改动。",
        "open {url}; if it is true: pmbridge sync {name} --accept-vanished {present}",
        "打开 {url} 核对；确实如此则 pmbridge sync {name} --accept-vanished {present}",
    ),
    "mapping-changed": Words(
        "With the new mapping {gone} of {present} {what} would leave the report: {refs}.",
        "按新的对应关系，{present} 个{what_zh}中有 {gone} 个会从报告消失：{refs}。",
        "pmbridge sync --accept-mapping, or pmbridge engagement edit",
        "pmbridge sync --accept-mapping，或 pmbridge engagement edit",
    ),
    "too-many-writes": Words(
        '{n} writes would go to "{name}" at once, at most {limit} may by themselves. None was sent; see plan {plan}.',
        "将一次向「{name}」写入 {n} 处，自动写入最多 {limit} 处。都没有发送，见计划 {plan}。",
        "pmbridge plan show {plan} -e {engagement}, then pmbridge apply {plan} -e {engagement}",
        "pmbridge plan show {plan} -e {engagement}，再 pmbridge apply {plan} -e {engagement}",
    ),
    "busy": Words(
        'Another run ({host}, since {since}) works on "{name}". Nothing to do; it ends by itself or is taken over '
        "at {until}",
        "另一次运行（{host}，{since} 起）正在处理「{name}」。无需处理，结束或于 {until} 自动接管",
    ),
    "store-busy": Words(
        "The store {store} is in use and did not become free in time.",
        "数据库 {store} 正被占用，等待超时。",
        "try again in a minute",
        "一分钟后再试",
    ),
    "store-unusable": Words(
        "The store {store} cannot be used: {detail}.",
        "数据库 {store} 无法使用：{detail_zh}。",
        *_same("pmbridge doctor"),
    ),
    "store-schema": Words(
        "The store {store} has schema {found}, this pmbridge needs {needed}.",
        "数据库 {store} 的结构版本是 {found}，本版 pmbridge 需要 {needed}。",
        *_same("pmbridge db upgrade"),
    ),
    "unknown-ref": Words(
        "There is no {ref} in {where}. {near}",
        "没有 {ref}（{where_zh}）。{near_zh}",
        *_same("{command}"),
    ),
    "no-plan": Words("No plan was made for {engagement} yet.", "{engagement} 还没有计划。", *_same("pmbridge plan")),
    "which-engagement": Words(
        "{count} engagements here: {names}.",
        "这里有 {count} 个项目：{names}。",
        "add -e {first} (or set PMBRIDGE_ENGAGEMENT)",
        "加 -e {first}（或设 PMBRIDGE_ENGAGEMENT）",
    ),
    "no-engagement": Words(
        "There is no engagement in this workspace yet.",
        "这个工作区里还没有项目。",
        *_same("pmbridge engagement add"),
    ),
    "no-connection": Words(
        "There is no connection in this workspace yet.",
        "这个工作区里还没有连接。",
        *_same("pmbridge connect jira"),
    ),
    "interrupted": Words(
        'The last read of "{name}" did not complete ({why}).',
        "最近一次读取「{name}」未完成（{why}）。",
        *_same("pmbridge sync {name}"),
    ),
    "not-synced": Words(
        "Nothing was read yet for {engagement}.",
        "{engagement} 还没有同步过数据。",
        *_same("pmbridge sync"),
    ),
    "bad-time": Words(
        'Not a date or time: "{text}". Examples: 2026-06-05, 2026-06-05T18:00+08:00.',
        "不是日期或时间：「{text}」。例如 2026-06-05、2026-06-05T18:00+08:00。",
        "correct --as-of",
        "改正 --as-of",
    ),
    "future-time": Words(
        '"{text}" is yet to come: it is {now} now ({zone}). Figures exist as of now or of a past moment.',
        "「{text}」还没有到：现在是 {now}（{zone}）。只有现在或过去某时刻的数据。",
        "{command} (without --as-of: the newest data)",
        "{command}（不加 --as-of：最新数据）",
    ),
    "output": Words(
        "The result could not be written: {detail}. What the command has stored is kept.",
        "结果无法写出：{detail_zh}。命令已保存的内容保留。",
        "make room or write elsewhere, then {command}",
        "腾出空间或改写到别处，再运行 {command}",
    ),
    "bad-choice": Words(
        '"{what}" is not known; choose from: {known}.',
        "不认识「{what}」；可选：{known}。",
        "correct {option}",
        "改正 {option}",
    ),
    "bad-logo": Words(
        "The logo {file} cannot be used: {detail}.",
        "无法使用标志图片 {file}：{detail_zh}。",
        "correct agency.logo in pmbridge.toml",
        "改正 pmbridge.toml 中的 agency.logo",
    ),
    "no-terminal": Words(
        "{question} {needs} an answer and there is no terminal.",
        "{question_zh}需要回答，但没有终端。",
        "add {option}",
        "加 {option_zh}",
    ),
    "needs-answer": Words(
        "{question} {needs} an answer that --yes cannot give.",
        "{question_zh}需要回答，--yes 不能代答。",
        "add {option}",
        "加 {option_zh}",
    ),
    "read-only": Words(
        '"{name}" is read-only; {n} writes were planned, none sent.',
        "「{name}」是只读；计划了 {n} 处写入，都没有发送。",
        *_same("pmbridge connect {name} --write"),
    ),
    "field-ambiguous": Words(
        '{thing} has {n} fields named "{field}": {candidates}.',
        "{thing} 有 {n} 个字段都叫「{field}」：{candidates_zh}。",
        "put the id into pmbridge.toml, or pmbridge engagement edit",
        "在 pmbridge.toml 写编号，或 pmbridge engagement edit",
    ),
    "chain": Words(
        "Event {seq} ({what}) does not match its hash: the register was changed outside pmbridge. Reports are blocked.",
        "事件 {seq}（{what}）与校验值不符：登记册被 pmbridge 以外的程序改过。报告已停用。",
        *_same("pmbridge db check"),
    ),
    "report-check": Words(
        "{report} cannot be issued: {failing}. {checks}.",
        "{report_zh} 不能发布，{n} 项检查未过：{checks_zh}。",
        "{command}",
        "{command}",
    ),
    "leak": Words(
        "The report was not written: internal text of {ref} (field {field}) was found in the {format}.",
        "报告未写出：{format} 中发现 {ref} 的内部内容（字段 {field}）。",
        *_same("pmbridge doctor --report"),
    ),
    "extra-missing": Words(
        "{what} needs an add-on that is not installed.",
        "{what_zh} 需要加装组件。",
        *_same('pip install "pmbridge[{extra}]"'),
    ),
    "font-missing": Words(
        "No Chinese font was found for the PDF; without one it would be empty boxes. Known: {families}, and others.",
        "找不到可用于 PDF 的中文字体；没有它只会印出空方框。可用的字体：{families} 等。",
        *_same('pip install "pmbridge[pdf]"'),
    ),
    "stale-plan": Words("{detail}", "{detail_zh}", *_same("pmbridge plan")),
    "stale-write": Words("{detail}", "{detail_zh}", *_same("pmbridge plan")),
    "unsupported": Words(
        "{tool} does not offer this through its interface: {detail}.",
        "{tool} 的接口不提供这个操作：{detail_zh}。",
        "do it here: {url}",
        "请在此处理：{url}",
    ),
    "rejected": Words(
        "{tool} did not accept the request: {faults}.",
        "{tool} 没有接受请求：{faults}。",
        *_same("pmbridge doctor {name}"),
    ),
    "guard-failed": Words("{detail}", "{detail_zh}", "{command}", "{command}"),
    "doubtful": Words(
        "{tool} did not answer; the next run looks first whether the write was done.",
        "{tool} 没有回答；下次运行先查是否已完成。",
        *_same("pmbridge sync {name}"),
    ),
    "maybe-made": Words(
        "the answer was lost, and {tool} shows what may have been made, without our mark: {things}; adopt it, or write "
        "another title and plan again to have another made",
        "没有收到答复；{tool} 中有可能就是它、但不带我们标记的条目：{things}；请关联它，或改标题后重新计划以另建",
        *_same("pmbridge change adopt REF --item ITEM"),
    ),
    "partial": Words(
        "{n} of {total} connections were not synced: {names}.",
        "{total} 个连接中有 {n} 个没有同步：{names}。",
        *_same("pmbridge doctor"),
    ),
    "cursor-invalid": Words(
        'The position kept for "{name}" is no longer accepted; everything is read again.',
        "「{name}」保存的位置已失效，将重新读取全部内容。",
    ),
    "bug": Words(
        "pmbridge made a mistake ({type} in {module}). Your data is as it was.",
        "pmbridge 自身出错（{module} 的 {type}）。数据保持原样。",
        "run again with --debug and send us the file {path}",
        "加 --debug 重试，并把 {path} 发给我们",
    ),
}
