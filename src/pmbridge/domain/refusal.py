"""The errors of a refused command, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from pmbridge.domain.book import Book
from pmbridge.domain.entry import Entry
from pmbridge.domain.machine import NEW, Concept, Condition, Step, command
from pmbridge.domain.next_step import show_command
from pmbridge.errors import GuardFailed, UnknownRef
from pmbridge.values import Label


def refused(
    concept: Concept, entry: Entry[Any] | None, step: Step | None, verb: str, conditions: Sequence[Condition]
) -> GuardFailed:
    """Return the error of a step whose *conditions* are not all met."""
    unmet = [one for one in conditions if not one.met]
    wanted = step or next(filter(None, (concept.step(verb, state) for state in (NEW, *concept.states))), None)
    label = Label(zh=verb, en=verb) if wanted is None else wanted.label
    participle = verb if wanted is None else wanted.participle
    ref = concept.label.zh if entry is None else f"{entry.ref} "
    ref_en = f"the {concept.label.en}" if entry is None else entry.ref
    count = f"{len(unmet)} condition is not met" if len(unmet) == 1 else f"{len(unmet)} conditions are not met"
    return GuardFailed(
        detail=f"{ref_en} cannot be {participle} yet. Nothing was changed. {count}: {_told(unmet, 'en')}",
        detail_zh=f"{ref}还不能{label.zh}。未改动任何内容。{len(unmet)} 项条件不满足：{_told(unmet, 'zh')}",
        command=next((one.fix.en for one in unmet if one.fix is not None), ""),
        conditions=tuple(conditions),
        ref=None if entry is None else entry.ref,
    )


def _told(unmet: Sequence[Condition], language: str) -> str:
    colon, stop = ("：", "；") if language == "zh" else (": ", "; ")
    return stop.join(f"{one.label.in_(language)}{colon}{one.found.in_(language)}" for one in unmet if one.found)


def unknown_verb(concepts: Mapping[str, Concept], kind: str, verb: str) -> UnknownRef:
    """Return the error of a *verb* or *kind* of record that there is not."""
    concept = concepts.get(kind)
    if concept is None:
        return _unknown(kind, command("pmbridge"), list(concepts), "pmbridge --help")
    return _unknown(verb, command(f"pmbridge {kind}"), list(concept.verbs), f"pmbridge {kind} --help")


def unknown_record(book: Book, concept: Concept, ref: str) -> UnknownRef:
    """Return the error of a *ref* that is no record of this kind; lists the nearest."""
    entry = book.get(ref)
    if entry is not None:
        other = book.concepts[entry.kind].label
        return UnknownRef(
            ref=ref,
            where=concept.label.en,
            where_zh=concept.label.zh,
            near=f"It is {'an' if other.en[:1] in 'aeiou' else 'a'} {other.en}.",
            near_zh=f"它是{other.zh}。",
            command=show_command(book, entry),
        )
    return _unknown(ref, concept.label, [one.ref for one in book.of(concept.name)], f"pmbridge {concept.name} list")


def unknown_anywhere(book: Book, ref: str) -> UnknownRef:
    """Return the error of a *ref* that is no record of any kind; lists the nearest."""
    where = Label(zh="登记册", en="the register")
    refs = [one.ref for kind in book.concepts for one in book.of(kind)]
    return _unknown(ref, where, refs, "pmbridge status --all")


def _unknown(what: str, where: Label, known: Sequence[str], step: str) -> UnknownRef:
    near = get_close_matches(what, known, n=3, cutoff=0.4)
    return UnknownRef(
        ref=what,
        where=where.en,
        where_zh=where.zh,
        near=f"Near: {', '.join(near)}." if near else "",
        near_zh=f"相近：{'、'.join(near)}。" if near else "",
        command=step,
    )
