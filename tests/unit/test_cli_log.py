"""The log: one event a line, ids of run and connection, no secret, files that rotate."""

from __future__ import annotations

import io
import json
import logging
import re
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

import pytest

from pmbridge.errors import ConfigError
from pmbridge.identity import CONNECTION, RUN
from pmbridge_cli import log as log_module
from pmbridge_cli.log import HIDDEN, logging_to

events = logging.getLogger("pmbridge.test")


def written(form: str, verbose: int = 0, **env: str) -> tuple[io.StringIO, AbstractContextManager[logging.Logger]]:
    stream = io.StringIO()
    return stream, logging_to(form, stream, None, verbose, env)


def test_a_text_line_has_time_level_event_and_facts() -> None:
    stream, context = written("text")
    with context:
        events.info("pull.page", extra={"facts": {"connection": "jira", "page": 3, "records": 100, "ms": 412}})
    [line] = stream.getvalue().splitlines()
    at, _, rest = line.partition(" ")
    assert datetime.fromisoformat(at).tzinfo is not None
    assert rest == "INFO  pull.page connection=jira page=3 records=100 ms=412"


def test_a_json_line_is_one_object() -> None:
    stream, context = written("json")
    with context:
        events.warning("run.end", extra={"facts": {"exit": 5, "connections": {"jira": "ok"}, "title": "两 字"}})
    [line] = stream.getvalue().splitlines()
    event = json.loads(line)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d", event.pop("ts"))
    assert event == {"level": "warning", "event": "run.end", "exit": 5, "connections": {"jira": "ok"}, "title": "两 字"}


def test_the_ids_of_run_and_connection_are_on_every_line() -> None:
    stream, context = written("json")
    run, connection = RUN.set("01JWX3K8"), CONNECTION.set("jira")
    try:
        with context:
            events.info("anything")
    finally:
        RUN.reset(run)
        CONNECTION.reset(connection)
    event = json.loads(stream.getvalue())
    assert (event["run"], event["connection"]) == ("01JWX3K8", "jira")


def test_debug_lines_need_two_v() -> None:
    for verbose, lines in ((0, 0), (1, 0), (2, 1)):
        stream, context = written("text", verbose)
        with context:
            events.debug("GET /x")
        assert len(stream.getvalue().splitlines()) == lines


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Basic d2FuZ0BleGFtcGxlOnRva2Vu",
        "sent Bearer abcdefghijkl123456",
        "GET https://wang:hunter22@host.example/x",
        "GET https://host.example/1/cards?key=0123456789abcdef&token=abcdef0123456789",
        "value is s3cr3t-value!",
    ],
)
@pytest.mark.parametrize("form", ["text", "json"])
def test_no_secret_reaches_the_log(text: str, form: str) -> None:
    stream, context = written(form, PMBRIDGE_JIRA_SECRET="s3cr3t-value!")
    with context:
        events.info("%s", text, extra={"facts": {"url": text}})
    shown = stream.getvalue()
    assert HIDDEN in shown
    for secret in ("d2FuZ0", "abcdefghijkl", "hunter22", "0123456789abcdef", "abcdef0123456789", "s3cr3t"):
        assert secret not in shown


def test_an_exception_is_named_without_its_message() -> None:
    stream, context = written("json")
    with context:
        try:
            raise ValueError("client data")
        except ValueError:
            events.exception("trouble")
    event = json.loads(stream.getvalue())
    assert event["exception"] == "ValueError"
    assert event["at"].startswith("test_cli_log.py:")
    assert "client data" not in stream.getvalue()


def test_a_log_file_is_private_and_rotates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_module, "LOG_BYTES", 2_000)
    file = tmp_path / "logs" / "pmbridge.log"
    with logging_to("off", io.StringIO(), str(file), 0, {}):
        for number in range(200):
            events.info("line %d of many", number)
    kept = sorted(file.parent.iterdir())
    assert len(kept) == 5
    assert all(one.stat().st_size <= 2_000 for one in kept)
    assert (file.stat().st_mode & 0o777) == 0o600
    assert "line 199" in file.read_text("utf-8")


def test_a_log_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(ConfigError, match="cannot be written"),
        logging_to("text", io.StringIO(), str(tmp_path / "file" / "x.log"), 0, {}),
    ):
        pass


def test_an_unknown_form_is_an_error() -> None:
    with pytest.raises(ConfigError) as raised, logging_to("xml", io.StringIO(), None, 0, {}):
        pass
    assert raised.value.next_step("en") == "correct PMBRIDGE_LOG"


def test_the_library_is_left_as_it_was() -> None:
    root = logging.getLogger("pmbridge")
    before = (root.level, root.propagate, list(root.handlers))
    stream, context = written("text")
    with context:
        assert root.handlers != before[2]
    assert (root.level, root.propagate, list(root.handlers)) == before
    assert stream.getvalue() == ""
