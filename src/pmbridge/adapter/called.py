"""Which project a person means by what they wrote."""

from __future__ import annotations

from collections.abc import Sequence

from pmbridge.errors import ConfigError
from pmbridge.records import RemoteProject
from pmbridge.values import Label

_PROJECT = Label(zh="项目", en="project")


def project_called(
    text: str, projects: Sequence[RemoteProject], *, connection: str, noun: Label = _PROJECT
) -> RemoteProject:
    """Return the one of *projects* whose key is *text*, else the one of that name, whatever the case.

    An archived one that is called like an open one is not meant. *noun*: what the tool calls a project. Ids are the
    caller's affair: only the tool knows what one looks like.

    Raises:
        ConfigError: several are called so, or none is (lists the nearest).
    """
    wanted = text.strip().casefold()
    for called in ([one.key for one in projects], [one.name for one in projects]):
        found = [one for one, word in zip(projects, called, strict=True) if word and word.strip().casefold() == wanted]
        found = [one for one in found if not one.archived] or found
        if len(found) == 1:
            return found[0]
        if found:
            several = [f"{one.known_as}|{one.id}" for one in found]
            raise _wrong(text, connection, "is the name of", f"是以下{noun.zh}共有的名称：", several)
    near = _nearest(wanted, projects)
    raise _wrong(text, connection, f"is no {noun.en} here; near:", f"不是这里的{noun.zh}，相近：", near)


def _nearest(wanted: str, projects: Sequence[RemoteProject]) -> Sequence[str]:
    from difflib import get_close_matches

    there = [one for one in projects if not one.archived] or projects
    words = {word.casefold(): word for one in there for word in (one.name, one.key) if word}
    near = [words[one] for one in get_close_matches(wanted, words, n=3, cutoff=0.4)]
    return near or sorted(one.known_as for one in there)[:3]


def _wrong(text: str, connection: str, en: str, zh: str, candidates: Sequence[str]) -> ConfigError:
    problem = f'"{text}" {en} {", ".join(candidates) or "-"}'
    problem_zh = f"「{text}」{zh}{'、'.join(candidates) or '-'}"
    return ConfigError(
        connection=connection, n=1, file="pmbridge.toml", problems=problem, problems_zh=problem_zh, faults=(problem,)
    )
