"""What the register promises, on the whole story at once.

Elsewhere stand: working days add up for every calendar (``tests/property/test_working_days.py``), a change lists each
thing that its approval lacks and a baseline by hand is refused for one extra day
(``tests/unit/test_register_changes.py``), a state of Jira approves nothing (``tests/e2e/test_cli_conflicts.py``).
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import fields as dataclass_fields
from dataclasses import is_dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import pytest
from pydantic import BaseModel

from pmbridge import domain
from pmbridge.demo import WEEKLY_9, ZONE
from pmbridge.domain.book import Book
from pmbridge.domain.calendar import Calendar
from pmbridge.domain.concepts import concepts
from pmbridge.domain.fields import Fields
from pmbridge.domain.figure import Known, Money, Text, Unknown
from pmbridge.domain.moment import Moment
from pmbridge.papering import write_papers
from pmbridge.reminding import reminder
from pmbridge.report.render import FORMATS
from tests.e2e.story_desk import Desk, Told, desk
from tests.unit.formats import text_of


@pytest.fixture
def friday(told: Told, tmp_path: Path) -> Iterator[Desk]:
    with desk(told, tmp_path, WEEKLY_9 + timedelta(hours=1)) as found:
        yield found


# ------------------------------------------------------------------------- what the agency keeps stays with it

SECRET = "金丝雀canary"
AMOUNT = Decimal("77777.77")
MORE = (
    "assumption add 历史会员数据可迁移 --valid-if-wrong M6推迟 --check-by 2026-06-20",
    "commitment add 每周五18点前发周报 --made-to 张敏 --due-on 2026-06-12 --basis sla",
    "feedback add 接口文档很清楚 --kind praise --by 张敏 --channel email",
    "complaint add 短信发送太慢 --by 张敏 --channel email --remedy-sought 当天解决 --evidence {mail}",
    "retro add --scope milestone --milestone M3 --planned-on 2026-06-10",
    "lesson add 沙箱账号列入清单 --context 联调推迟 --effect M5推迟 --recommendation 启动时申请 --category schedule",
    "improvement add 启动清单加沙箱账号 --owner 王工 --due-on 2026-06-30 --measure 下个项目不再晚",
)
"""One record of each noun that the story has none of."""


def hidden(value: Any, annotation: Any) -> Any:
    """Return what takes the place of a field that no client may see: the same shape, full of canaries."""
    kinds = list(_kinds(annotation))
    if isinstance(value, Fields | BaseModel):
        changes = {
            name: hidden(getattr(value, name), info.annotation) for name, info in type(value).model_fields.items()
        }
        return value.model_copy(update=changes)
    if is_dataclass(value) and not isinstance(value, type):
        kinds_of = get_type_hints(type(value))
        changes = {one.name: hidden(getattr(value, one.name), kinds_of[one.name]) for one in dataclass_fields(value)}
        return replace(value, **changes)
    if isinstance(value, tuple) and value:
        return tuple(hidden(one, type(one)) for one in value)
    if Text in kinds:
        return Text(zh=SECRET, en=SECRET, original="zh")
    if Money in kinds:
        return Money(amount=AMOUNT, currency="CNY")
    if str in kinds or any(get_origin(one) in (tuple, list) for one in kinds):
        return SECRET if str in kinds else (SECRET,)
    return value


def _kinds(annotation: Any) -> Iterator[Any]:
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _kinds(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for one in get_args(annotation):
            yield from _kinds(one)
    elif annotation is not NoneType:
        yield annotation


def poisoned(fields: Fields) -> tuple[Fields, set[str]]:
    """Return *fields* with a canary in every text that no client may see, at any depth, and the names of these."""
    changes: dict[str, Any] = {}
    for name, info in type(fields).model_fields.items():
        value = getattr(fields, name)
        if type(fields).visibility[name] == "X":
            found = hidden(value, info.annotation)
        elif isinstance(value, Fields):
            found = poisoned(value)[0]
        elif isinstance(value, tuple) and any(isinstance(one, Fields) for one in value):
            found = tuple(poisoned(one)[0] if isinstance(one, Fields) else one for one in value)
        else:
            continue
        if found != value:
            changes[name] = found
    return fields.evolve(**changes), set(changes)


def poison(book: Book) -> dict[str, set[str]]:
    """Put canaries into every record of *book*, and in the place of every address; return the fields by kind."""
    seen: dict[str, set[str]] = {}
    for entry in list(book):
        for name in entry.fields.personal:
            seal = getattr(entry.fields, name)
            if seal in book.personal and type(entry.fields).visibility[name] == "X":
                book.personal[seal] = f"{SECRET}@lanhai.example"
        fields, names = poisoned(entry.fields)
        released = None if entry.released is None else poisoned(entry.released)[0]
        entry_type: Any = type(entry)
        made = entry_type(**{
            name: getattr(entry, name) for name in entry.__dataclass_fields__
        } | {"fields": fields, "released": released})  # fmt: skip
        book._put(entry.kind, entry.ref, made)
        seen.setdefault(entry.kind, set()).update(names)
    return seen


def _hidden_texts(fields: type[Fields]) -> set[str]:
    """Return the names of the fields of *fields* that no client may see and that hold words of their own."""
    return {
        name
        for name, info in fields.model_fields.items()
        if fields.visibility[name] == "X" and name not in fields.personal and {str, Text} & {*_kinds(info.annotation)}
    }


def outputs(found: Desk) -> dict[str, bytes]:
    """Return every file that can go to the client, by name."""
    engagement, out = found.engagement, found.folder / "out"
    # One handle, so that what was put into its register is what is written.
    seen = poison(engagement.register.book)
    assert seen.keys() >= {"contact", "milestone", "requirement", "change", "deliverable", "risk", "survey"}
    texts = {kind: _hidden_texts(engagement.register.concepts[kind].fields) for kind in seen}
    assert {kind: names - seen[kind] for kind, names in texts.items() if names - seen[kind]} == {}
    report = engagement.reports.draft(engagement.view(), "weekly", headline="一句话")
    files = [*report.write(out, formats=FORMATS)]
    for noun, ref in (
        ("requirement", None), ("change", "CR-004"), ("change", "CR-003"), ("deliverable", "DL-07"),
        ("deliverable", "DL-02"),
    ):  # fmt: skip
        files += write_papers(engagement, noun, ref, out, ("html", "md", "docx"))[0]
    written = {path.name: path.read_bytes() for path in files}
    for ref in ("DEP-13", "DL-07", "CR-004"):
        written[f"{ref}.eml"] = reminder(engagement, ref, now=found.clock.now()).body
    return written


def test_nothing_that_the_agency_keeps_to_itself_stands_in_anything_that_the_client_gets(friday: Desk) -> None:
    mail = friday.mail("投诉.eml")
    for line in MORE:
        friday.type(line.format(mail=mail))
    for kind in ("assumption", "commitment", "feedback", "retro", "lesson", "improvement"):
        for entry in friday.engagement.register.book.of(kind):
            friday.type(f"{kind} release {entry.ref}")
    found = outputs(friday)
    assert {Path(name).suffix for name in found} == {f".{form}" for form in FORMATS}
    for name, body in found.items():
        # The address of who gets it is no secret from that person.
        text = re.sub(r"^To: .*$", "", text_of(body, Path(name).suffix[1:]), flags=re.MULTILINE)
        assert len(text) > 100, name
        for words in (SECRET, "77777", "77,777"):
            assert words not in text, (name, words)
            assert json.dumps(words)[1:-1] not in text, (name, words)


def test_the_canaries_would_be_seen(friday: Desk) -> None:
    """Guards the test above: the same fields, once they are the client's, are found."""
    entry = friday.engagement.register.book.get("DL-07")
    assert entry is not None
    made, names = poisoned(entry.fields)
    assert {"location", "reviewed_by", "submissions"} <= names
    assert SECRET in made.model_dump_json()


# ----------------------------------------------------------------------- what was issued never becomes another


def test_an_issued_report_comes_back_as_the_files_that_were_kept(friday: Desk) -> None:
    for ref in ("weekly-8", "weekly-9"):
        report = friday.engagement.reports.get(ref)
        again = {path.name: path.read_bytes() for path in report.write(friday.folder / "again")}
        kept = {
            path.name: path.read_bytes()
            for path in (friday.workspace.folder / "reports/lanhai").glob(f"{report.name}*")
        }
        assert again == kept
        assert len(kept) == 5


def test_a_late_fact_is_a_restatement_of_the_next_report_and_leaves_the_issued_one_alone(friday: Desk) -> None:
    before = friday.engagement.reports.get("weekly-9")
    friday.clock.set(datetime(2026, 7, 2, 9, 0, tzinfo=ZONE))
    reply, proof = friday.mail("张敏回信.eml"), friday.mail("M4演示.eml")
    friday.type(f"change decide CR-004 approve --option B --by 张敏 --evidence {reply} --at 2026-06-04T11:00")
    friday.type(f"milestone reach M4 --on 2026-06-03 --evidence {proof} --at 2026-07-02T08:00")
    later = friday.engagement.reports.draft(friday.engagement.view(), "weekly").data
    restated = {(one.ref, one.kind) for one in later.since if one.tone == "restated"}
    assert restated == {("CR-004", "change_state"), ("M4", "reached")}
    after = friday.engagement.reports.get("weekly-9")
    assert after == before
    assert next(one for one in after.data.changes.rows if one.ref == "CR-004").state == "awaiting_decision"
    # As of then, known now: the decision stands; as of then, known then: it does not.
    register = friday.engagement.register
    assert _state(register.as_of(WEEKLY_9), "CR-004") == "approved"
    assert _state(register.as_of(WEEKLY_9, known_at=WEEKLY_9), "CR-004") == "awaiting_decision"
    assert friday.type("db check")


def _state(book: Book, ref: str) -> str:
    entry = book.get(ref)
    assert entry is not None
    return entry.state


# ------------------------------------------------------------------------------------ figures are never made up


def test_two_currencies_print_two_totals_and_no_sum(friday: Desk) -> None:
    friday.clock.set(datetime(2026, 6, 9, 18, 0, tzinfo=ZONE))
    impact = friday.file(
        "impact.toml",
        'recommended = "A"\ndo_nothing = "不变"\n[[options]]\nkey = "A"\ntitle = "海外短信"\n'
        '[[options.lines]]\ndimension = "scope"\nfinding = "none"\nrationale = "仅配置"\n'
        '[[options.lines]]\ndimension = "schedule"\nfinding = "none"\nrationale = "有余量"\n'
        '[[options.lines]]\ndimension = "budget"\nfinding = "quantified"\nbudget = { amount = "USD 900.00" }\n',
    )
    mail = friday.mail("来信.eml")
    authority = "--may change --limit 'USD 5000.00' --days 5"
    friday.type(f"contact authorise CT-01 {authority} --evidence {mail} --at 2026-06-08T08:00")
    friday.type(
        f"change submit --title 海外短信 --description 海外短信 --reason 海外会员 --by 张敏 --via email --ref CR-006 "
        f"--evidence {mail} --at 2026-06-08T09:00"
    )
    friday.type(f"change assess CR-006 --from {impact} --at 2026-06-08T10:00")
    sent = f"--need-by 2026-06-12 --valid-until 2026-06-19 --evidence {mail}"
    friday.type(f"change send CR-006 {sent} --at 2026-06-08T11:00")
    friday.type(f"change decide CR-006 approve --option A --by 张敏 --evidence {mail} --at 2026-06-09T09:00")
    report = friday.engagement.reports.draft(friday.engagement.view(), "weekly").data
    totals = {
        (one.value.currency, one.value.amount) for one in report.changes.approved_by_currency if hasattr(one, "value")
    }
    assert totals == {("CNY", Decimal("48500.00")), ("USD", Decimal("900.00"))}
    assert report.changes.approved_money is not None
    assert report.changes.approved_money.state == "unknown"
    assert report.changes.contract is not None
    assert report.changes.contract.current.state == "unknown"
    pages = [path.read_text("utf-8") for path in friday.engagement.report("weekly").write(friday.folder / "two")]
    for page in pages:
        assert "49,400" not in page
        assert "49400" not in page


def test_a_second_sync_right_after_the_first_writes_into_no_tool(told: Told) -> None:
    assert told.requests.keys() == {"jira", "pingcode", "worktile", "trello"}
    asked = {one for requests in told.requests.values() for one in requests if not one.startswith("GET ")}
    # What is posted asks for data or a token, as the two tools want it.
    assert asked == {
        "POST /rest/api/3/search/jql", "POST /v1/pjm/work_items/search", "POST /open-api/tenant-access-token",
    }  # fmt: skip


def test_approved_shift_and_slippage_make_the_distance_from_the_first_plan_on_every_day(friday: Desk) -> None:
    """On days before the first sync too, when no tool had been read yet."""
    calendar = friday.engagement.register.calendar
    day, checked = date(2026, 4, 8), 0
    while day <= date(2026, 6, 5):
        view = friday.engagement.view(datetime(day.year, day.month, day.day, 17, 0, tzinfo=ZONE))
        for one in view.milestones:
            match one.original, one.plan, one.slip_current, one.slip_original:
                case Known(value=first), Known(value=plan), Known(value=late), Known(value=whole):
                    assert whole == calendar.wd(first, plan) + late, (day, one.ref)
                    checked += 1
        day += timedelta(days=1)
    assert checked > 200


# ------------------------------------------------------------------------------------------- what is not known yet

SUBJECTS = {
    "actions": "action", "changes": "change", "deliverables": "deliverable", "meetings": "meeting", "risks": "risk",
}  # fmt: skip
"""What a metric calls its records, where it does not say ``entries``."""
ENTRIES = {
    "commitment_metrics": "commitment", "complaint_metrics": "complaint", "expectation_metrics": "expectation",
    "feedback_metrics": "feedback", "survey_metrics": "survey",
}  # fmt: skip


def metrics() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield every metric of the register: the public functions of the modules that are called so."""
    folder = Path(domain.__path__[0])
    for file in sorted(folder.glob("*_metrics.py")):
        module = import_module(f"pmbridge.domain.{file.stem}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            # A band sorts a number that is given; it measures nothing.
            if function.__module__ == module.__name__ and not name.startswith("_") and name != "band":
                yield f"{file.stem}.{name}", function


def called(name: str, function: Callable[..., Any], book: Book, moment: Moment) -> list[Any]:
    """Call a metric with everything that *book* holds; one about a single record with each of them."""
    given: dict[str, Any] = {}
    single: tuple[str, str] | None = None
    module = name.partition(".")[0]
    for parameter in inspect.signature(function).parameters.values():
        if parameter.default is not inspect.Parameter.empty:
            continue
        match parameter.name:
            case "book":
                given["book"] = book
            case "moment":
                given["moment"] = moment
            case "seen":
                given["seen"] = {}
            case "day":
                given["day"] = moment.today
            case "milestone" | "final_milestone":
                given[parameter.name] = "M7"
            case "entries":
                given["entries"] = book.of(ENTRIES[module])
            case "change" | "risk" | "entry":
                kind = {"entry": {"survey_metrics": "survey", "deliverable_metrics": "deliverable"}.get(module, "")}
                single = (parameter.name, kind.get(parameter.name, parameter.name))
            case "responses" | "questions":
                given[parameter.name] = ()
            case other:
                given[other] = book.of(SUBJECTS[other])
    if single is None:
        return [function(**given)]
    return [function(**given, **{single[0]: one}) for one in book.of(single[1])]


def test_every_metric_of_the_story_has_a_value_or_a_reason_on_every_day(friday: Desk) -> None:
    """From the first day, on which all is unknown, to the last: no metric fails, whatever is not there yet."""
    register, seen = friday.engagement.register, 0
    for days in range(-1, 60):
        at = datetime(2026, 4, 7, 17, 0, tzinfo=ZONE) + timedelta(days=days)
        book = register.as_of(at)
        moment = Moment(as_of=at, zone=ZONE, calendar=register.calendar)
        for name, function in metrics():
            seen += len(called(name, function, book, moment))
    assert seen > 1500


@pytest.mark.parametrize(("name", "function"), [*metrics()], ids=[name for name, _ in metrics()])
def test_without_a_record_no_metric_is_zero(name: str, function: Callable[..., Any]) -> None:
    at = datetime(2026, 4, 6, 17, 0, tzinfo=ZONE)
    moment = Moment(as_of=at, zone=ZONE, calendar=Calendar.named("CN"))
    for found in called(name, function, Book(concepts()), moment):
        for figure in _figures(found):
            assert not isinstance(figure, Known), (name, figure)


def _figures(found: Any) -> Iterator[Any]:
    """Yield the figures in what a metric gives, at any depth."""
    if isinstance(found, Known | Unknown):
        yield found
    elif isinstance(found, dict):
        yield from (each for one in found.values() for each in _figures(one))
    elif isinstance(found, tuple | list):
        yield from (each for one in found for each in _figures(one))
    elif is_dataclass(found):
        yield from (each for one in dataclass_fields(found) for each in _figures(getattr(found, one.name)))
