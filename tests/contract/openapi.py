"""The vendors' OpenAPI documents as judges of what goes over the wire.

Requests are held against the document as the vendor published it, answers against a corrected copy: vendors close
schemas that their own servers do not keep. Both lists of corrections come with the documents.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonpatch
import yaml
from openapi_schema_validator import OAS30Validator, oas30_format_checker
from referencing import Registry
from referencing.jsonschema import DRAFT4

from pmbridge.testing.sandbox import Answer, Request, Sandbox

_METHODS = ("get", "put", "post", "delete", "patch")
_CARDS = ("fields", "limit", "before", "since", "customFieldItems", "attachments", "members", "checklists")
# Parameters that Trello takes and its document leaves out, or types as one of what it takes several of (its sheet, §2,
# §5, §15); "*" stands for every operation.
_TRELLO_TAKES: Mapping[str, Sequence[str]] = {
    "*": ("key", "token"),
    "GET /boards/{id}": (
        "list_fields", "label_fields", "labels_limit", "member_fields", "card_fields", "card_customFieldItems",
        "card_attachments", "checklist_fields", "actions_limit", "actions_since", "actions_before", "action_fields",
        "action_memberCreator", "action_member",
    ),
    "GET /boards/{id}/cards": ("filter", *_CARDS),
    "GET /boards/{id}/cards/{filter}": _CARDS,
    "GET /boards/{id}/labels": ("fields",),
    "GET /boards/{id}/members": ("fields", "filter"),
    "GET /boards/{boardId}/actions": ("fields",),
    # Called days there, and moments everywhere else.
    "POST /cards": ("due", "start"),
    "PUT /cards/{id}": ("due", "start", "idLabels", "idMembers"),
    "GET /cards/{id}/actions": ("limit", "before", "since"),
    "GET /lists/{id}/cards": ("filter", *_CARDS),
    "GET /members/{id}": ("fields",),
    "GET /members/{id}/boards": ("fields",),
    "GET /organizations/{id}/boards": ("fields",),
    "GET /tokens/{token}": ("fields",),
}  # fmt: skip
_ROOT = "urn:document"
# What the wire sends for "date-time" is no RFC 3339 (the offset has no colon), so that format judges nothing.
_FORMATS = type(oas30_format_checker)(formats=())
_FORMATS.checkers = {name: oas30_format_checker.checkers[name] for name in ("int32", "int64", "date")}


# What the list of corrections passes over: a board has several memberships, and tells of them all.
_TRELLO_MORE = [
    {
        "op": "replace",
        "path": "/paths/~1boards~1{id}~1memberships/get/responses/200/content/application~1json/schema",
        "value": {"type": "array", "items": {"$ref": "#/components/schemas/Memberships"}},
    }
]


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation of a document: where it stands and what the document says of it."""

    method: str
    template: str
    pattern: re.Pattern[str]
    said: Mapping[str, Any]
    document: _Document

    @property
    def name(self) -> str:
        return f"{self.method} {self.template}"


class _Document:
    """One OpenAPI document: the vendor's text and the corrected copy of it."""

    def __init__(self, vendor: Mapping[str, Any], corrected: Mapping[str, Any]) -> None:
        self.vendor = vendor
        self._registries = {
            "request": Registry().with_resource(_ROOT, DRAFT4.create_resource(vendor)),
            "response": Registry().with_resource(_ROOT, DRAFT4.create_resource(corrected)),
        }

    def operations(self) -> Iterator[Operation]:
        for template, item in self.vendor["paths"].items():
            for method in _METHODS:
                if method in item:
                    said = {
                        **item[method],
                        "parameters": [*item.get("parameters", []), *item[method].get("parameters", [])],
                    }
                    yield Operation(
                        method=method.upper(), template=template, pattern=_pattern(template), said=said, document=self
                    )

    def faults(self, side: str, pointer: str, value: object) -> list[str]:
        """Hold *value* against the schema at *pointer*; one sentence per fault."""
        validator = OAS30Validator(
            {"$ref": f"{_ROOT}#{pointer}"}, registry=self._registries[side], format_checker=_FORMATS
        )
        return [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(value)]


class Spec:
    """All documents of one vendor. A path is looked for in each; ``{…}`` stands for one segment."""

    def __init__(
        self,
        *documents: _Document,
        same: Sequence[tuple[str, str]] = (),
        takes: Mapping[str, Sequence[str]] | None = None,
        bodies_are_queries: bool = False,
    ) -> None:
        """``same``: patterns and what to put in their place, for paths that mean a documented one.

        ``takes``: query parameters of an operation that the document does not know or types wrongly.

        ``bodies_are_queries``: what an operation documents as its query may as well come as a JSON body.
        """
        self._same = [(re.compile(pattern), put) for pattern, put in same]
        self._takes = dict(takes or {})
        self._bodies_are_queries = bodies_are_queries
        # The fixed part of a template decides between /version/{id} and /version/unresolved.
        self._operations = sorted(
            (operation for document in documents for operation in document.operations()),
            key=lambda operation: (operation.template.count("{"), operation.template),
        )

    @classmethod
    def jira(cls, shared: Path) -> Spec:
        """Jira Cloud's platform, boards and service requests.

        Paths behind the gateway count as the site's, those of version 2 as version 3's: the same operations.
        """
        folder = shared / "specs"
        platform = _read(folder / "jira-cloud.openapi.json")
        patch = _read(folder / "jira-cloud.schema-corrections.json")["ops"]
        documents = [_Document(platform, jsonpatch.JsonPatch(patch).apply(deepcopy(platform)))]
        for name in ("jira-software", "jira-service-management"):
            vendor = _read(folder / f"{name}.openapi.json")
            documents.append(_Document(vendor, _opened(vendor)))
        same = ((r"^/ex/jira/[^/]+(?=/)", ""), (r"^/rest/api/(2|latest)/", "/rest/api/3/"))
        return cls(*documents, same=same)

    @classmethod
    def trello(cls, shared: Path) -> Spec:
        """Trello's only document. Its paths stand without the version."""
        folder = shared / "specs"
        vendor = _read(folder / "trello.openapi.json")
        patch = [*_read(folder / "trello.schema-corrections.json")["ops"], *_TRELLO_MORE]
        corrected = jsonpatch.JsonPatch(patch).apply(deepcopy(vendor))
        document = _Document(_bare_references(vendor), _bare_references(corrected))
        return cls(document, same=((r"^/1(?=/)", ""), (r"(?<=.)/$", "")), takes=_TRELLO_TAKES, bodies_are_queries=True)

    @classmethod
    def pingcode(cls, shared: Path) -> Spec:
        """PingCode's document, in both dialects; written from the vendor's paper, so there is nothing to mend.

        What PingCode is sent beyond its document it drops without a word: a fault of ours, so bodies are closed.
        """
        text = (shared / "specs" / "pingcode.openapi.yaml").read_text(encoding="utf-8")
        document = yaml.load(text, Loader=yaml.CSafeLoader)
        return cls(_Document(_closed(document), document))

    @classmethod
    def worktile(cls, shared: Path) -> Spec:
        """Worktile's document: written from what its users have met, since the vendor publishes none."""
        text = (shared / "specs" / "worktile.openapi.yaml").read_text(encoding="utf-8")
        document = yaml.load(text, Loader=yaml.CSafeLoader)
        return cls(_Document(document, document), same=((r"(?<=.)/$", ""),))

    def operation(self, method: str, path: str) -> Operation | None:
        """Return the operation that *method* and *path* call, if the vendor has it."""
        for pattern, put in self._same:
            path = pattern.sub(put, path)
        return next((one for one in self._operations if one.method == method and one.pattern.fullmatch(path)), None)

    def request_faults(
        self, method: str, path: str, query: Mapping[str, Sequence[str]] | None = None, body: object = None
    ) -> list[str]:
        """Hold a request against the vendor's own document: its operation, its query, its JSON body."""
        operation = self.operation(method, path)
        if operation is None:
            return [f"{method} {path}: the vendor has no such operation"]
        if self._bodies_are_queries and isinstance(body, dict) and "requestBody" not in operation.said:
            query, body = {**(query or {}), **{name: [_written(one)] for name, one in body.items()}}, None
        taken = {*self._takes.get("*", ()), *self._takes.get(operation.name, ())}
        asked = {name: values for name, values in (query or {}).items() if name not in taken}
        found = [*_query_faults(operation, asked), *_body_faults(operation, body)]
        return [f"{operation.name} request {fault}" for fault in found]

    def response_faults(self, method: str, path: str, status: int, body: object) -> list[str]:
        """Hold an answer against the corrected document.

        A status the document does not list is a fault only where it claims success: errors of gateways and limits are
        in no document. An operation without a schema for its answer judges nothing but the status.
        """
        operation = self.operation(method, path)
        if operation is None:
            return [f"{method} {path}: the vendor has no such operation"]
        said = operation.said["responses"].get(str(status))
        if said is None:
            return [f"{operation.name} answers {status}, which the document does not know"] if status < 400 else []
        pointer = _schema_pointer(operation, f"/responses/{status}", said)
        if pointer is None or (status >= 400 and not isinstance(body, dict)):
            return []
        found = operation.document.faults("response", pointer, body)
        return [f"{operation.name} {status} {fault}" for fault in found]

    def audit(self, sandbox: Sandbox) -> Audit:
        """Hold every exchange of *sandbox* from now on against the documents."""
        audit = Audit(self)
        sandbox.observers.append(audit.observe)
        return audit


@dataclass
class Audit:
    """What came of watching a sandbox: the faults found, and how often each operation was judged."""

    spec: Spec
    faults: list[str] = field(default_factory=list)
    judged: Counter[str] = field(default_factory=Counter)

    def observe(self, request: Request, answer: Answer) -> None:
        if request.path == "/_edge/tenant_info":  # documented on a page, in no document
            return
        self.faults += self.spec.request_faults(request.method, request.path, request.query, request.json)
        if answer.fault in (None, "trickle", "cut"):
            body = answer.json if answer.headers.get("content-type", "").startswith("application/json") else None
            self.faults += self.spec.response_faults(request.method, request.path, answer.status, body)
        operation = self.spec.operation(request.method, request.path)
        if operation is not None:
            self.judged[operation.name] += 1


def _written(value: object) -> str:
    """Return a member of a body as it would stand in a query."""
    if isinstance(value, list):
        return ",".join(map(str, value))
    return value if isinstance(value, str) else json.dumps(value)


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{[^}]+\}", template)
    return re.compile("[^/]+".join(re.escape(part) for part in parts))


def _closed(vendor: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a copy of the document in which a body that is sent may hold nothing but what is described."""
    closed = deepcopy(dict(vendor))
    for operations in closed["paths"].values():
        for name in _METHODS:
            content = operations.get(name, {}).get("requestBody", {}).get("content", {})
            if reference := content.get("application/json", {}).get("schema", {}).get("$ref"):
                closed["components"]["schemas"][reference.rpartition("/")[2]]["additionalProperties"] = False
    return closed


def _opened(vendor: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a copy whose named schemas take keys that the document does not list, as the platform's are corrected."""
    opened: Mapping[str, Any] = deepcopy(vendor)
    for schema in opened.get("components", {}).get("schemas", {}).values():
        if schema.get("additionalProperties") is False:
            del schema["additionalProperties"]
    return opened


def _bare_references(said: Any) -> Any:
    """Return *said* without what stands beside a ``$ref``: OpenAPI 3.0 ignores it, the validator does not."""
    if isinstance(said, Mapping):
        if isinstance(said.get("$ref"), str):
            return {"$ref": said["$ref"]}
        return {name: _bare_references(part) for name, part in said.items()}
    return [_bare_references(part) for part in said] if isinstance(said, list) else said


def _schema_pointer(operation: Operation, below: str, said: Mapping[str, Any]) -> str | None:
    for media, content in said.get("content", {}).items():
        if media.startswith(("application/json", "*/*")) and "schema" in content:
            start = f"/paths/{_escaped(operation.template)}/{operation.method.lower()}"
            return f"{start}{below}/content/{_escaped(media)}/schema"
    return None


def _escaped(part: str) -> str:
    # "{" and "}" are no characters of a URI, and the pointer is the fragment of one.
    return part.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")


def _body_faults(operation: Operation, body: object) -> list[str]:
    said = operation.said.get("requestBody")
    if said is None:
        return [] if body is None else ["has a body, which the operation does not take"]
    if body is None:
        return ["has no body, which the operation requires"] if said.get("required") else []
    pointer = _schema_pointer(operation, "/requestBody", said)
    return operation.document.faults("request", pointer, body) if pointer else []


def _query_faults(operation: Operation, query: Mapping[str, Sequence[str]]) -> list[str]:
    known = {one["name"]: (index, one) for index, one in enumerate(_parameters(operation)) if one["in"] == "query"}
    found = [f"query {name}: not in the document" for name in query if name not in known]
    for name, (_, said) in known.items():
        if name not in query:
            if said.get("required"):
                found.append(f"query {name}: required and missing")
            continue
        schema = _whole(operation.document.vendor, said.get("schema", {}))
        if schema.get("type") == "object":  # how the boards' document spells lists of words; it cannot be held to that
            continue
        try:
            value = _typed(schema, query[name])
        except ValueError as error:
            found.append(f"query {name}: {error}")
            continue
        validator = OAS30Validator(schema, format_checker=_FORMATS)
        found += [f"query {name}: {error.message}" for error in validator.iter_errors(value)]
    return found


def _parameters(operation: Operation) -> list[Mapping[str, Any]]:
    return [_resolved(operation.document.vendor, one) for one in operation.said["parameters"]]


def _resolved(document: Mapping[str, Any], said: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in said:
        target: Any = document
        for part in said["$ref"].removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        said = target
    return said


def _whole(document: Mapping[str, Any], said: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a parameter's schema with no reference left in it, nor in those of its parts."""
    found = dict(_resolved(document, said))
    if "items" in found:
        found["items"] = _whole(document, found["items"])
    for name in ("oneOf", "anyOf", "allOf"):
        if name in found:
            found[name] = [_whole(document, one) for one in found[name]]
    return found


def _typed(schema: Mapping[str, Any], texts: Sequence[str]) -> object:
    """Read a query parameter the way its schema means it; arrays come repeated or with commas."""
    kind = schema.get("type")
    for one in schema.get("oneOf", ()):
        with suppress(ValueError):
            value = _typed(one, texts)
            if OAS30Validator(one, format_checker=_FORMATS).is_valid(value):
                return value
    if kind == "array":
        parts = texts if len(texts) > 1 else texts[0].split(",")
        return [_typed(schema.get("items", {}), [part]) for part in parts]
    (text,) = texts[-1:]
    if kind == "integer":
        return int(text)
    if kind == "number":
        return float(text)
    if kind == "boolean":
        if text not in ("true", "false"):
            raise ValueError(f"{text!r} is no boolean")
        return text == "true"
    return text
