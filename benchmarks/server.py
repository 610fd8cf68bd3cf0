"""A Jira Cloud that costs next to nothing: rendered beforehand, served by one asyncio process.

It knows id-only pages, bulkfetch, chosen fields, ``updated >=`` and a delay. It checks nothing: whether we speak
Jira's language is proved elsewhere; here only the client's cost counts.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

PAGE = 100
IDS_PAGE = 5000
ZONE = timezone(timedelta(hours=8))
VERSIONS = [(f"M{n} 里程碑 {n}", f"2026-{n + 3:02d}-17") for n in range(1, 8)]
STATUSES = [("1", "待处理", 2, "new"), ("3", "进行中", 4, "indeterminate"), ("10001", "完成", 3, "done")]
LOREM = "客户希望在首页看到会员积分，并能在结算时抵扣。The cart must keep its state between visits. "


def stamp(at: datetime) -> str:
    """Return *at* in Jira's spelling: milliseconds, offset without a colon."""
    return at.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M:%S.000%z")


def user(n: int) -> dict[str, Any]:
    """Return a user object of the size that Jira sends."""
    sizes = {s: f"https://avatar.example/{n}/{s}" for s in ("48x48", "24x24", "16x16", "32x32")}
    return {
        "self": f"http://127.0.0.1/rest/api/3/user?accountId=acc-{n}",
        "accountId": f"acc-{n}",
        "avatarUrls": sizes,
        "displayName": f"成员 {n}",
        "active": True,
        "timeZone": "Asia/Shanghai",
        "accountType": "atlassian",
    }


def issue(n: int, updated: datetime) -> dict[str, Any]:
    """Return issue *n* as Jira would send it whole, about 6.7 kB of JSON."""
    state = STATUSES[n % 3]
    version = n % len(VERSIONS)
    fields: dict[str, Any] = {
        "summary": f"{n:05d} 商城前端：购物车与结算页联调 / cart and checkout",
        "issuetype": {
            "self": "http://127.0.0.1/rest/api/3/issuetype/10001",
            "id": "10001",
            "description": "Functionality expressed as a user goal.",
            "iconUrl": "http://127.0.0.1/icons/10001",
            "name": "故事",
            "subtask": False,
            "avatarId": 10315,
            "hierarchyLevel": 0,
        },
        "project": {"self": "http://127.0.0.1/rest/api/3/project/10000", "id": "10000", "key": "MALL", "name": "商城"},
        "status": {
            "self": f"http://127.0.0.1/rest/api/3/status/{state[0]}",
            "description": "",
            "iconUrl": "http://127.0.0.1/icons/status",
            "name": state[1],
            "id": state[0],
            "statusCategory": {"id": state[2], "key": state[3], "colorName": "yellow", "name": state[1]},
        },
        "priority": {"id": "3", "name": "Medium", "iconUrl": "http://127.0.0.1/icons/medium.svg"},
        "assignee": user(n % 20),
        "reporter": user(n % 7),
        "creator": user(n % 7),
        "created": stamp(updated - timedelta(days=30)),
        "updated": stamp(updated),
        "duedate": f"2026-{n % 12 + 1:02d}-{n % 28 + 1:02d}",
        "resolutiondate": stamp(updated) if state[3] == "done" else None,
        "statuscategorychangedate": stamp(updated),
        "resolution": {"id": "10000", "name": "Done"} if state[3] == "done" else None,
        "labels": ["frontend", "q2"] if n % 2 else [],
        "fixVersions": [
            {
                "self": f"http://127.0.0.1/rest/api/3/version/{20000 + version}",
                "id": str(20000 + version),
                "name": VERSIONS[version][0],
                "archived": False,
                "released": False,
                "releaseDate": VERSIONS[version][1],
            }
        ],
        "issuelinks": [],
        "components": [],
        "subtasks": [],
        "votes": {"votes": 0, "hasVoted": False},
        "watches": {"watchCount": 1, "isWatching": False},
        "customfield_10016": float(n % 8 + 1),
        "description": {
            "type": "doc",
            "version": 1,
            "content": [
                {"type": "paragraph", "content": [{"type": "text", "text": LOREM * 2}]},
                {
                    "type": "bulletList",
                    "content": [
                        {
                            "type": "listItem",
                            "content": [{"type": "paragraph", "content": [{"type": "text", "text": LOREM}]}],
                        }
                        for _ in range(12)
                    ],
                },
            ],
        },
    }
    fields |= {f"customfield_{10100 + k}": None for k in range(40)}
    return {"expand": "renderedFields,names,schema", "id": str(100000 + n), "key": f"MALL-{n}", "fields": fields}


class Site:
    """The prepared answers."""

    def __init__(self, size: int) -> None:
        start = datetime.now(UTC).replace(microsecond=0) - timedelta(days=300)
        step = timedelta(days=290) / size
        self.issues = [issue(n, start + step * n) for n in range(size)]
        self.updated = [int((start + step * n).timestamp() * 1000) for n in range(size)]
        self.rendered: dict[frozenset[str] | None, list[bytes]] = {}
        self.position = {one["id"]: n for n, one in enumerate(self.issues)}
        self.position |= {one["key"]: n for n, one in enumerate(self.issues)}

    def bodies(self, fields: Sequence[str] | None) -> list[bytes]:
        """Return every issue's JSON with *fields* (``None``: all); rendered once per choice."""
        wanted = None if fields is None or "*all" in fields else frozenset(fields)
        if wanted not in self.rendered:
            self.rendered[wanted] = [self.render(one, wanted) for one in self.issues]
        return self.rendered[wanted]

    def render(self, one: dict[str, Any], wanted: frozenset[str] | None) -> bytes:
        """Return the JSON of one issue."""
        chosen = one["fields"] if wanted is None else {k: v for k, v in one["fields"].items() if k in wanted}
        return json.dumps({**one, "fields": chosen}, ensure_ascii=False).encode()

    def touch(self, share: float) -> None:
        """Change every 1/*share*-th issue now."""
        now = datetime.now(UTC).replace(microsecond=0)
        for n in range(0, len(self.issues), round(1 / share)):
            self.issues[n]["fields"]["updated"] = stamp(now)
            self.issues[n]["fields"]["summary"] += " ."
            self.updated[n] = int(now.timestamp() * 1000)
            for wanted, bodies in self.rendered.items():
                bodies[n] = self.render(self.issues[n], wanted)

    def since(self, jql: str) -> list[int]:
        """Return the positions that *jql* asks for, by its lower bound on ``updated`` if it has one."""
        bound = re.search(r"updated\s*>=?\s*(\d+)", jql)
        if not bound:
            return list(range(len(self.issues)))
        found = [n for n, at in enumerate(self.updated) if at >= int(bound.group(1))]
        return sorted(found, key=lambda n: self.updated[n])

    def reply(self, path: str, query: dict[str, str], body: bytes) -> bytes:
        """Answer one request."""
        if path.endswith("/search/jql"):
            return search(self, json.loads(body) if body else dict(query))
        if path.endswith("/issue/bulkfetch"):
            asked = json.loads(body)
            bodies = self.bodies(asked.get("fields"))
            places = (self.position[str(one)] for one in asked["issueIdsOrKeys"])
            return b'{"issues":[' + b",".join(bodies[n] for n in places) + b'],"issueErrors":[]}'
        return json.dumps(fixed(path), ensure_ascii=False).encode()


def search(site: Site, asked: dict[str, Any]) -> bytes:
    """Answer ``search/jql``."""
    fields = asked.get("fields")
    if isinstance(fields, str):
        fields = fields.split(",")
    start = int(asked.get("nextPageToken") or 0)
    found = site.since(asked.get("jql", ""))
    bare = not fields or set(fields) <= {"id", "key"}
    size = min(int(asked.get("maxResults") or 50), IDS_PAGE if bare else PAGE)
    part = found[start : start + size]
    bodies: Iterable[bytes]
    if bare:
        bodies = (b'{"id":"%d"}' % (100000 + n) for n in part)
    else:
        every = site.bodies(fields)
        bodies = (every[n] for n in part)
    more = start + size < len(found)
    tail = b',"nextPageToken":"%d","isLast":false}' % (start + size) if more else b',"isLast":true}'
    return b'{"issues":[' + b",".join(bodies) + b"]" + tail


def fixed(path: str) -> object:
    """Answer everything that is not about issues."""
    if path.endswith("/serverInfo"):
        return {
            "baseUrl": "http://127.0.0.1",
            "deploymentType": "Cloud",
            "version": "1001.0.0-SNAPSHOT",
            "versionNumbers": [1001, 0, 0],
            "serverTime": stamp(datetime.now(UTC)),
        }
    if path.endswith("/myself"):
        return {**user(1), "emailAddress": "pm@agency.example"}
    if path.endswith("/version"):
        values = [
            {
                "id": str(20000 + n),
                "name": name,
                "releaseDate": day,
                "released": False,
                "archived": False,
                "projectId": 10000,
            }
            for n, (name, day) in enumerate(VERSIONS)
        ]
        return {"startAt": 0, "maxResults": 50, "total": len(values), "isLast": True, "values": values}
    if path.endswith("/field"):
        return [
            {
                "id": "customfield_10016",
                "name": "Story Points",
                "custom": True,
                "schema": {"type": "number", "custom": "com.atlassian.jira.plugin.system.customfieldtypes:float"},
            }
        ]
    if path.endswith("/statuses"):
        states = [
            {"id": i, "name": name, "statusCategory": {"id": number, "key": key, "name": name}}
            for i, name, number, key in STATUSES
        ]
        return [{"id": "10001", "name": "故事", "subtask": False, "statuses": states}]
    if path.endswith("/status"):
        return [
            {"id": i, "name": name, "statusCategory": {"id": number, "key": key, "name": name}}
            for i, name, number, key in STATUSES
        ]
    if "createmeta" in path:
        return {"startAt": 0, "maxResults": 50, "total": 0, "issueTypes": [], "fields": []}
    if path.endswith("/mypermissions"):
        return {"permissions": {}}
    if path.endswith("/issueLinkType"):
        return {"issueLinkTypes": []}
    project = {"id": "10000", "key": "MALL", "name": "商城", "projectTypeKey": "software", "style": "classic"}
    if "/project/search" in path:
        return {"startAt": 0, "maxResults": 50, "total": 1, "isLast": True, "values": [project]}
    if "/project/" in path:
        return project
    return {"startAt": 0, "maxResults": 50, "total": 0, "isLast": True, "values": [], "issues": []}


class AnySite(Protocol):
    """A tool that the server stands for."""

    def reply(self, path: str, query: dict[str, str], body: bytes) -> bytes:
        """Answer one request."""
        ...

    def touch(self, share: float) -> None:
        """Change a part of what there is."""
        ...


class Server:
    """Counts requests and answers them."""

    def __init__(self, site: AnySite, delay: float) -> None:
        self.site, self.delay, self.count = site, delay, 0

    async def client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until it closes."""
        try:
            while line := await reader.readline():
                target = line.decode().split(" ", 2)[1]
                length = 0
                while (header := await reader.readline()) not in (b"\r\n", b""):
                    name, _, value = header.partition(b":")
                    if name.lower() == b"content-length":
                        length = int(value)
                body = await reader.readexactly(length) if length else b""
                answer = self.answer(target, body)
                if self.delay and "/_bench/" not in target:
                    await asyncio.sleep(self.delay)
                head = (
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-AAccountId: acc-1\r\n"
                    f"Date: {format_datetime(datetime.now(UTC), usegmt=True)}\r\nContent-Length: {len(answer)}\r\n\r\n"
                )
                writer.write(head.encode() + answer)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def answer(self, target: str, body: bytes) -> bytes:
        """Return the body of the answer to one request."""
        split = urlsplit(target)
        if split.path.startswith("/_bench/"):
            return self.steer(split.path, parse_qs(split.query))
        self.count += 1
        return self.site.reply(split.path, {key: one[-1] for key, one in parse_qs(split.query).items()}, body)

    def steer(self, path: str, query: dict[str, list[str]]) -> bytes:
        """Let the driver look and change things."""
        if path.endswith("/touch"):
            self.site.touch(float(query["share"][0]))
        if path.endswith("/delay"):
            self.delay = float(query["s"][0])
        count, self.count = self.count, 0
        return json.dumps({"requests": count}).encode()


def site_of(tool: str, size: int) -> AnySite:
    """Return a *tool* with *size* issues, or boards."""
    if tool == "trello":
        from benchmarks.trello_site import TrelloSite

        return TrelloSite(size)
    site = Site(size)
    site.bodies(None)
    return site


async def serve(site: AnySite, delay: float) -> None:
    """Serve until killed; print the port once everything is rendered."""
    server = Server(site, delay)
    listening = await asyncio.start_server(server.client, "127.0.0.1", 0, limit=2**20)
    print(listening.sockets[0].getsockname()[1], flush=True)
    await listening.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--tool", choices=["jira", "trello"], default="jira")
    parser.add_argument("--size", type=int, default=10_000)
    parser.add_argument("--delay", type=float, default=0.0)
    given = parser.parse_args()
    asyncio.run(serve(site_of(given.tool, given.size), given.delay))
