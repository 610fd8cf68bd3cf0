"""`--json`: one document per command, as its published schema says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator

from pmbridge.workspace import open_workspace
from pmbridge_cli.main import run
from pmbridge_jira.sandbox import JiraSandbox
from tests.e2e.office import Office, an_office
from tests.needs import ROOT

SCHEMA = json.loads((files("pmbridge_cli") / "documents.schema.json").read_text("utf-8"))
DOCUMENTS = {one["$ref"].rpartition("/")[2] for one in SCHEMA["oneOf"]}
AS_OF = "2026-06-05T17:20"


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory, pmbridge_bin: str) -> Iterator[tuple[Office, JiraSandbox]]:
    with an_office(tmp_path_factory.mktemp("documents") / "pm", pmbridge_bin) as (office, jira):
        with open_workspace(office.folder) as workspace:
            workspace.sync().raise_for_failures()
        yield office, jira


Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def ask(bench: tuple[Office, JiraSandbox], capsys: pytest.CaptureFixture[str]) -> Ask:
    office, _ = bench

    def asked(*args: str, code: int | None = 0) -> dict[str, Any]:
        capsys.readouterr()
        ended = run(["--config", str(office.folder), *args, "--json"])
        assert code is None or ended == code
        shown = capsys.readouterr()
        document: dict[str, Any] = json.loads(shown.out)
        valid(document)
        return document

    return asked


def valid(document: dict[str, Any]) -> None:
    name = document["schema"].removeprefix("pmbridge.").removesuffix("/1")
    checker = OAS31Validator({**SCHEMA["$defs"][name], "$defs": SCHEMA["$defs"]})
    problems = [f"{'.'.join(map(str, one.path))}: {one.message[:300]}" for one in checker.iter_errors(document)]
    assert not problems


@pytest.mark.parametrize(
    ("args", "code", "schema"),
    [
        ([], 0, "welcome"),
        (["sync"], 0, "sync"),
        (["status"], 0, "status"),
        (["status", "--as-of", AS_OF, "-e", "all"], 0, "status"),
        (["status", "--exit-code"], 4, "status"),
        (["next", "--all"], 0, "next"),
        (["next", "--as-of", AS_OF], 0, "next"),
        (["report", "weekly", "--as-of", AS_OF, "--open"], 0, "report-draft"),
        (["report", "check", "--as-of", "2026-07-20"], None, "report-check"),
        (["report", "list"], 0, "report-list"),
        (["doctor"], 0, "doctor"),
        (["doctor", "--max-age", "26h"], 75, "doctor"),
        (["doctor", "jira", "--report"], 0, "doctor"),
        (["schedule", "cron"], 0, "schedule"),
        (["schedule", "systemd"], 0, "schedule"),
        (["adapters"], 0, "adapters"),
        (["db", "upgrade"], 0, "db-upgrade"),
        (["db", "check"], 0, "db-check"),
        (["engagement", "list"], 0, "engagements"),
        (["init"], 0, "init"),
        (["completion", "zsh"], 0, "completion"),
        (["sync", "nothing"], 1, "error"),
        (["report", "show", "weekly-99"], 1, "error"),
        (["status", "-e", "nobody"], 1, "error"),
        (["status", "--as-of", "yesterday"], 2, "error"),
        (["report", "weekly", "--formats", "gif"], 2, "error"),
        (["doctor", "--max-age", "soon"], 2, "error"),
        (["status", "--wrong"], 2, "error"),
    ],
)
def test_a_document_fits_its_schema(ask: Ask, args: list[str], code: int | None, schema: str) -> None:
    for language in ("en", "zh-CN"):
        assert ask(*args, "--lang", language, code=code)["schema"] == f"pmbridge.{schema}/1"


def test_what_was_issued_is_listed_and_shown(ask: Ask, bench: tuple[Office, JiraSandbox], tmp_path: Path) -> None:
    issued = ask("report", "issue", "--by", "李总", "--headline", "一句话", "--as-of", AS_OF, "--waive", "due=提前发")
    assert (issued["number"], issued["draft"]) == (1, False)
    (listed,) = ask("report", "list")["reports"]
    assert (listed["ref"], listed["waived"]) == ("weekly-1", {"due": "提前发"})
    assert {Path(file).suffix for file in issued["files"]} == {".html", ".md", ".json", ".eml"}
    shown = ask("report", "show", "weekly-1", "--out", str(tmp_path))
    assert shown["report"]["header"]["approved_by"] == "李总"
    assert sorted(Path(file).name for file in shown["files"]) == sorted(one.name for one in tmp_path.iterdir())
    for other in (AS_OF, "2026-05-29"):
        again = ask("report", "issue", "--headline", "x", "--as-of", other, code=1)
        assert again["error"] == "report-check"
        assert "number 1 was issued for this period already" in again["text"]


def test_a_backup_is_a_file(ask: Ask, tmp_path: Path) -> None:
    copied = ask("db", "backup", str(tmp_path / "copy.db"))
    assert (tmp_path / "copy.db").stat().st_size == copied["bytes"]
    assert ask("db", "backup", str(tmp_path / "copy.db"), code=1)["error"] == "refused"


def test_a_store_moves_to_another_workspace(
    ask: Ask, bench: tuple[Office, JiraSandbox], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written = ask("db", "export", str(tmp_path / "store.jsonl"))
    assert ask("db", "import", str(tmp_path / "store.jsonl"), code=1)["error"] == "refused"
    there = tmp_path / "elsewhere"
    there.mkdir()
    (there / "pmbridge.toml").write_bytes((bench[0].folder / "pmbridge.toml").read_bytes())
    for args in (["import", str(tmp_path / "store.jsonl")], ["export", str(tmp_path / "again.jsonl")], ["check"]):
        capsys.readouterr()
        assert run(["--config", str(there), "db", *args, "--json"]) == 0
        document = json.loads(capsys.readouterr().out)
        valid(document)
        assert document.get("rows", written["rows"]) == written["rows"]
    assert (tmp_path / "again.jsonl").read_bytes() == (tmp_path / "store.jsonl").read_bytes()


def test_a_headline_is_remembered_with_the_draft(ask: Ask, bench: tuple[Office, JiraSandbox]) -> None:
    later = "2026-06-12T18:00"
    ask("report", "weekly", "--headline", "上线按计划。", "--as-of", later)
    checks = {one["name"]: one["passed"] for one in ask("report", "check", "--as-of", later)["reports"][0]["checks"]}
    assert checks["headline"] is True
    # Only the draft of this number has it: another engagement's, or the next number's, has none.
    with open_workspace(bench[0].folder) as workspace:
        desk = workspace.engagement().reports
        [draft] = [row for row in workspace.store.snapshots("lanhai") if row.issued_at is None]
        number = len(desk.issued()) + 1
    assert draft.number == number


def test_every_document_of_the_schema_is_on_the_page_and_in_the_code() -> None:
    page = (ROOT / "docs/reference/json.md").read_text("utf-8")
    on_page = {name for name in re.findall(r"`pmbridge\.([a-z-]+)/1`", page) if name != "client-report"}
    source = "".join(file.read_text("utf-8") for file in (ROOT / "cli/pmbridge_cli").glob("*.py"))
    assert on_page == DOCUMENTS
    assert set(re.findall(r'"pmbridge\.([a-z-]+)/1"', source)) == DOCUMENTS


def test_a_colour_of_the_project_manager_is_the_one_that_is_told(ask: Ask) -> None:
    (draft,) = ask("report", "weekly", "--as-of", AS_OF, "--colour", "red", "--because", "x")["drafts"]
    assert draft["colour"] == "red"
