"""Looking up what a person wrote, ``Name``, ``id`` or ``Name|id``, among the things that exist.

The id decides: a changed name is a warning, because names change with the language of the account. A name that fits
two things is a fault that lists both; nothing is guessed.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pmbridge.errors import MappingError
from pmbridge.values import Label

NOUNS = {
    "project": Label(en="project", zh="项目"),
    "type": Label(en="type", zh="类型"),
    "state": Label(en="state", zh="状态"),
    "group": Label(en="group", zh="分组"),
    "field": Label(en="field", zh="字段"),
    "option": Label(en="option", zh="选项"),
}


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the one of *known* that *word* was probably meant to be, ``None`` if none is near."""
    by_fold = {one.casefold(): one for one in known}
    found = difflib.get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.6)
    return by_fold[found[0]] if found else None


def split_name(written: str) -> tuple[str, str | None]:
    """Return name and id of ``Name|id``; the id is ``None`` where only one of the two is written."""
    name, bar, identity = written.rpartition("|")
    return (name, identity) if bar and name and identity else (written, None)


@dataclass(slots=True)
class Names:
    """Looks names up in one project, ``thing`` ("jira:MALL"), and gathers everything that is wrong with them."""

    thing: str
    faults: list[Label] = field(default_factory=list)
    warnings: list[Label] = field(default_factory=list)
    _ambiguous: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def find(
        self, written: str, at: str, noun: str, options: Mapping[str, str], *, complete: bool = True
    ) -> str | None:
        """Return the id that *written* means among *options* (id → name), ``None`` after a fault.

        Where *options* are not *complete*, what is missing among them gives a warning and is taken as it stands.
        """
        name, identity = split_name(written)
        if identity is not None and identity in options:
            if name.strip().casefold() != options[identity].strip().casefold():
                self.renamed(noun, name, options[identity], identity)
            return identity
        if identity is None and written in options:
            return written
        named = [one for one, its in options.items() if its.strip().casefold() == name.strip().casefold()]
        if len(named) == 1 and identity is None:
            return named[0]
        if len(named) > 1 and identity is None:
            self._several(at, noun, name, named)
        elif complete:
            self._nothing(at, noun, name, identity, named, options)
        else:
            self._unseen(at, noun, written)
            return identity or name
        return None

    def fault(self, at: str, text: Label) -> None:
        """Note a fault; *at* is the key where it stands, below the source's table."""
        self.faults.append(Label(en=f"{at} {text.en}", zh=f"{at}{'' if text.zh[:1] == '「' else ' '}{text.zh}"))

    def renamed(self, noun: str, old: str, new: str, identity: str) -> None:
        """Note that something is called otherwise now."""
        what = NOUNS[noun]
        self.warnings.append(
            Label(
                en=f'{self.thing}: the {what.en} "{old}" ({identity}) is now called "{new}"',
                zh=f"{self.thing}：{what.zh}「{old}」（{identity}）现在叫「{new}」",
            )
        )

    def raise_faults(self) -> None:
        """Raise MappingError if anything was wrong."""
        if not self.faults:
            return
        faults, faults_zh = tuple(one.en for one in self.faults), tuple(one.zh for one in self.faults)
        if len(self.faults) == 1 and self._ambiguous:
            name, ids = self._ambiguous[0]
            raise MappingError(
                "field-ambiguous",
                thing=self.thing,
                n=len(ids),
                field=name,
                candidates=", ".join(ids),
                candidates_zh="、".join(ids),
                faults=faults,
                faults_zh=faults_zh,
            )
        raise MappingError(
            source=self.thing,
            n=len(self.faults),
            problems=" · ".join(faults),
            problems_zh=" · ".join(faults_zh),
            faults=faults,
            faults_zh=faults_zh,
        )

    def _several(self, at: str, noun: str, name: str, ids: Sequence[str]) -> None:
        if noun == "field":
            self._ambiguous.append((name, tuple(ids)))
        what = NOUNS[noun]
        self.fault(
            at,
            Label(
                en=f'"{name}" is the name of {len(ids)} {what.en}s: {", ".join(ids)}',
                zh=f"「{name}」有 {len(ids)} 个同名{what.zh}：{'、'.join(ids)}",
            ),
        )

    def _nothing(
        self, at: str, noun: str, name: str, identity: str | None, named: Sequence[str], options: Mapping[str, str]
    ) -> None:
        what = NOUNS[noun]
        en = f'no {what.en} "{identity or name}" in {self.thing}'
        zh = f"{self.thing} 没有{what.zh}「{identity or name}」"
        if identity is not None and named:
            en += f'; "{name}" is now {", ".join(named)}'
            zh += f"；「{name}」现在是 {'、'.join(named)}"
        elif near := nearest(name, options.values()):
            en += f', did you mean "{near}"?'
            zh += f"，是不是 {near}?"
        elif options:
            some = list(dict.fromkeys(options.values()))[:8]
            en += f"; there are: {', '.join(some)}"
            zh += f"；现有：{'、'.join(some)}"
        self.fault(at, Label(en=en, zh=zh))

    def _unseen(self, at: str, noun: str, written: str) -> None:
        what = NOUNS[noun]
        self.warnings.append(
            Label(
                en=f'{self.thing}: {at}: the {what.en} "{written}" has not been seen yet',
                zh=f"{self.thing}：{at}：尚未见到{what.zh}「{written}」",
            )
        )
