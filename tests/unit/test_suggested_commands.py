"""An option that would meet a condition is one of the command that was refused."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
import types
from collections.abc import Iterator

import pytest

from pmbridge.domain.concepts import concepts
from pmbridge_cli.noun_input import taken

OF_EVERY_VERB = {"--by", "--evidence", "--at", "--reason", "--from"}


def bare_options(function: types.FunctionType) -> Iterator[list[str]]:
    """Yield the texts of each ``command("--…")`` in *function*: several where it chooses one of them."""
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "command":
            given = [one.value for one in ast.walk(node.args[0]) if isinstance(one, ast.Constant)]
            if found := [one for one in given if isinstance(one, str) and one.startswith("--")]:
                yield found


@pytest.mark.parametrize("noun", list(concepts()))
def test_an_option_that_would_meet_a_condition_is_one_of_its_command(noun: str) -> None:
    concept, wrong = concepts()[noun], set()
    for step in concept.steps:
        options = OF_EVERY_VERB | {one.option for one in taken(concept, step.verb) if one.shape != "file"}
        for guard in step.guards:
            assert isinstance(guard.check, types.FunctionType)
            for choices in bare_options(guard.check):
                if not any(options.issuperset(re.findall(r"--[a-z-]+", one)) for one in choices):
                    wrong.add((step.verb, guard.name, *choices))
    assert wrong == set()


def test_the_options_are_really_found() -> None:
    found = [
        one
        for concept in concepts().values()
        for step in concept.steps
        for guard in step.guards
        if isinstance(guard.check, types.FunctionType)
        for one in bare_options(guard.check)
    ]
    assert len(found) > 60
