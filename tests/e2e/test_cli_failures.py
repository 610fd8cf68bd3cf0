"""What goes wrong between the command and Jira: the message, the exit code, and a mirror that stays consistent."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from pmbridge.testing.faults import Fault
from pmbridge.values import ProjectId, RecordId
from pmbridge_jira.sandbox import JiraSandbox
from tests.e2e.office import Office, an_office


@pytest.fixture
def bench(tmp_path: Path, pmbridge_bin: str) -> Iterator[tuple[Office, JiraSandbox]]:
    with an_office(tmp_path / "pm", pmbridge_bin) as found:
        yield found


def mirror(office: Office) -> dict[str, bytes]:
    """Every record as it is stored, by id; empty without a store."""
    store = office.folder / "data" / "pmbridge.db"
    if not store.is_file():
        return {}
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as connection:
        rows = connection.execute("select kind || ':' || external_id, presence || body from record").fetchall()
    connection.close()
    return {str(key): bytes(body) if isinstance(body, bytes) else str(body).encode() for key, body in rows}


def said(office: Office, *args: str, code: int) -> str:
    done = office.run("sync", *args, code=code)
    return done.err


def issues(office: Office) -> list[RecordId]:
    return [RecordId.parse(key) for key in sorted(mirror(office)) if key.startswith("issue:")]


def test_a_wrong_token_is_refused_and_nothing_is_stored(bench: tuple[Office, JiraSandbox]) -> None:
    office, _ = bench
    office.keep_secret("not-the-token")
    err = said(office, code=3)
    assert err.splitlines() == [
        'Error: Jira refused the credential of "jira" (401, as wang@qingchuan.example). '
        "It is wrong, expired or revoked.",
        "Next: pmbridge connect jira",
        "[credential-refused]",
    ]
    assert mirror(office) == {}
    zh = office.run("sync", "--lang", "zh-CN", code=3).err
    assert zh.splitlines()[0].startswith(
        "错误：Jira 不接受「jira」的令牌（401，wang@qingchuan.example）：写错、过期或已撤销。"
    )


def test_a_token_that_was_revoked_is_told_by_mail_and_the_data_stays(bench: tuple[Office, JiraSandbox]) -> None:
    office, _ = bench
    office.read()
    before = mirror(office)
    office.keep_secret("revoked")
    office.run("sync", code=3)
    assert mirror(office) == before
    # The first line of the mail is enough to decide.
    mail = office.run("--config", str(office.folder), "sync", "-q", code=3)
    lines = mail.out.splitlines()
    assert lines[0].startswith('pmbridge: Jira refused the credential of "jira" (401')
    assert lines[1].startswith("  The report stays possible; Jira's figures will say “as of ")
    assert lines[2].startswith(f"  Next: pmbridge --config {office.folder} connect jira")
    assert 'printf %s "$TOKEN" | pmbridge connect jira --secret-stdin' in lines[2]
    assert " · exit 3 · host " in lines[-1]
    assert len(lines) <= 20
    assert mail.err == ""
    # And a person who looks sees it first.
    assert "Jira refused the credential" in office.run("next", code=0).out.splitlines()[1]


def test_a_project_without_permission_is_not_taken_for_deleted(bench: tuple[Office, JiraSandbox]) -> None:
    office, jira = bench
    office.read()
    before = mirror(office)
    jira.world.hide_project(ProjectId("10000"))
    err = said(office, code=3)
    assert "is not visible to " in err
    assert "it does not exist or the right is missing" in err
    assert "nothing counts as deleted" in err
    assert "\nNext: pmbridge doctor jira\n[not-visible]\n" in err
    assert mirror(office) == before


def test_a_storm_of_429_ends_the_run_and_the_next_goes_on(bench: tuple[Office, JiraSandbox]) -> None:
    office, jira = bench
    jira.faults.add(Fault(call="POST /rest/api/3/issue/bulkfetch", nth=3, what="429", retry_after=600, times=None))
    err = said(office, code=75)
    assert "Error: Jira asks to wait 10 minutes." in err
    assert "the next run goes on from there. Nothing to do" in err
    assert "Next:" not in err
    assert err.rstrip().endswith("[rate-limited]")
    # A blip is no mail.
    quiet = office.run("sync", "-q", code=75)
    assert (quiet.out, quiet.err) == ("", "")
    jira.faults.clear()
    office.read()
    with_storm = mirror(office)
    assert len(with_storm) > 412
    fresh = Office(folder=office.folder.parent / "fresh", command=office.command)
    fresh.settle(jira)
    fresh.read()
    assert mirror(fresh) == with_storm


def test_a_truncated_body_stores_nothing_of_its_page(bench: tuple[Office, JiraSandbox]) -> None:
    office, jira = bench
    office.settle(jira, max_wait_s=0)
    jira.faults.add(Fault(call="POST /rest/api/3/issue/bulkfetch", what="cut", times=None))
    err = said(office, code=75)
    assert "Cannot reach 127.0.0.1" in err
    assert "[unreachable]" in err
    assert not [key for key in mirror(office) if key.startswith("issue:")]
    jira.faults.clear()
    office.read()
    assert len([key for key in mirror(office) if key.startswith("issue:")]) == 412


def test_an_expired_page_token_loses_no_change(bench: tuple[Office, JiraSandbox]) -> None:
    office, jira = bench
    search = "POST /rest/api/3/search/jql"
    office.read()
    for one in issues(office)[:150]:
        jira.world.edit(one, title="Renamed")
    # A run that stopped behind its first page keeps the token of the second; by now it has expired.
    jira.faults.add(Fault(call=search, nth=2, what="429", retry_after=600))
    said(office, code=75)
    assert sum(b"Renamed" in body for body in mirror(office).values()) == 100
    jira.faults.add(Fault(call=search, what="expired"))
    office.run("sync", code=0)
    assert not list(jira.faults.pending())
    assert sum(b"Renamed" in body for body in mirror(office).values()) == 150


def test_a_page_token_refused_at_once_is_an_answer_that_we_do_not_understand(
    bench: tuple[Office, JiraSandbox],
) -> None:
    office, jira = bench
    office.read()
    for one in issues(office)[:150]:
        jira.world.edit(one, title="Renamed")
    jira.faults.add(Fault(call="POST /rest/api/3/search/jql", nth=2, what="expired"))
    err = said(office, code=70)
    assert "Error: Jira answered in a form pmbridge " in err
    assert "does not know: nextPageToken (refused) in search/jql. Nothing of that page was stored." in err
    assert "Next: pmbridge doctor jira --report (a file without secrets to send us)\n[protocol]" in err
    jira.faults.clear()
    office.read()
    assert sum(b"Renamed" in body for body in mirror(office).values()) == 150


def test_a_web_page_instead_of_data_is_named_with_its_title(bench: tuple[Office, JiraSandbox]) -> None:
    office, jira = bench
    office.read()
    before = mirror(office)
    jira.faults.add(Fault(call="* *", what="html", times=None))
    err = said(office, code=75)
    assert 'sent a web page instead of data (login, proxy or maintenance page: "Sign in"). Nothing was stored.' in err
    assert "Next: open http://127.0.0.1" in err
    assert "[not-json]" in err
    assert mirror(office) == before


def test_more_than_a_fifth_gone_waits_for_a_person(bench: tuple[Office, JiraSandbox]) -> None:
    office, jira = bench
    office.read()
    before = mirror(office)
    for one in issues(office)[:100]:
        jira.world.delete(one)
    err = said(office, "--full", code=6)
    assert "Error: 100 of 412 records of jira:MALL are gone (24%, " in err
    assert "limit 20%). Deleted, moved, or a right was lost. Nothing was marked." in err
    [command] = [line.removeprefix("Next: ") for line in err.splitlines() if line.startswith("Next: ")]
    assert mirror(office) == before
    assert "Error" not in office.run("next", code=0).err
    assert command.split()[0] == "pmbridge"
    # The hint can be pasted, and then the same records are gone for good.
    office.run(*command.split()[1:], code=0)
    gone = {key for key, body in mirror(office).items() if not body.startswith(b"present")}
    assert len(gone) == 100


def test_no_secret_at_all_says_where_it_was_looked_for(bench: tuple[Office, JiraSandbox]) -> None:
    office, _ = bench
    (office.folder / "data/secrets/jira").unlink()
    err = said(office, code=3)
    assert 'Error: No secret for "jira". Looked in PMBRIDGE_JIRA_SECRET, PMBRIDGE_JIRA_SECRET_FILE, file' in err
    assert "[credential-missing]" in err


def test_a_secret_that_others_can_read_is_refused(bench: tuple[Office, JiraSandbox]) -> None:
    office, _ = bench
    (office.folder / "data/secrets/jira").chmod(0o644)
    err = said(office, code=2)
    assert "can be read by other users (mode 0644)." in err
    assert "Next: chmod 600 " in err


def test_every_fault_of_the_file_is_shown_at_once(bench: tuple[Office, JiraSandbox]) -> None:
    office, _ = bench
    file = office.folder / "pmbridge.toml"
    file.write_text(file.read_text("utf-8").replace("[workspace]", '[workspace]\nstoer = "x"').replace(
        'adapter = "jira"', 'adapter = "jirra"'), "utf-8")  # fmt: skip
    done = office.run("sync", "--json", code=2)
    assert done.json["error"] == "config-invalid"
    assert [one.partition(" ")[0] for one in done.json["faults"]] == ["workspace.stoer", "connections.jira.adapter"]
    assert 'did you mean "store"?' in done.json["text"]


def test_another_run_at_work_is_no_alarm(bench: tuple[Office, JiraSandbox]) -> None:
    office, jira = bench
    jira.latency_s = 0.05
    first = office.start("sync", "--json")
    while not any("search" in request.path or "bulkfetch" in request.path for request in jira.requests):
        assert first.poll() is None
    # Whatever it asks next takes longer than the other needs to start, be the machine ever so busy.
    jira.latency_s = 8
    done = office.run("sync", code=75)
    jira.latency_s = 0
    assert 'works on "jira". Nothing to do; it ends by itself or is taken over at ' in done.err
    assert "[busy]" in done.err
    out, _ = first.communicate(timeout=60)
    assert json.loads(out)["exit"] == 0


def test_a_workspace_that_is_not_there(tmp_path: Path, pmbridge_bin: str) -> None:
    office = Office(folder=tmp_path / "empty", command=pmbridge_bin)
    office.folder.mkdir()
    for command in ("sync", "status"):
        done = office.run(*command.split(), code=2)
        assert "Error: No pmbridge.toml in " in done.err, command
        assert "Next: pmbridge connect jira" in done.err


def test_a_mapping_that_does_not_fit_names_its_engagement_beside_what_was_read(
    bench: tuple[Office, JiraSandbox],
) -> None:
    office, _ = bench
    office.read()
    file = office.folder / "pmbridge.toml"
    file.write_text(file.read_text("utf-8").replace("points:customfield_10016", "points:customfield_99999"), "utf-8")
    done = office.run("sync", code=2)
    assert done.out.startswith("jira  ✗ ")
    assert "Error: The mapping of lanhai does not fit jira:MALL: " in done.err
    assert "Error: The mapping of lanhai does not fit jira:MALL: " in office.run("next", code=2).err


def test_a_project_that_was_never_seen_needs_somebody(bench: tuple[Office, JiraSandbox]) -> None:
    office, jira = bench
    office.settle(jira, project="NOPE|10999")
    done = office.run("sync", code=3)
    assert done.out.splitlines()[-1] == "Next: pmbridge doctor  [exit 3]"
    assert "Nothing counts as deleted." in done.err
