"""Writes what follows from the concepts of the register: ``python docs/generate.py``.

The table of commands that help needs without importing the library, and the reference of every noun with its states,
commands and guards. A test fails when a file is not what this writes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from generate_desks import desk_module, package

from pmbridge.domain.concepts import concepts
from pmbridge.domain.machine import NEW, Concept, Step
from pmbridge.values import Label

ROOT = Path(__file__).resolve().parent.parent

# The one list of nouns, in the order in which help shows them.
ORDER = (
    "contact", "requirement", "goal", "milestone", "deliverable", "change", "risk", "issue", "assumption", "dependency",
    "decision", "action", "meeting", "inquiry", "communication", "expectation", "commitment", "survey", "feedback",
    "complaint", "retro", "lesson", "improvement",
)  # fmt: skip
_MORE = {
    "decide": Label(zh="登记客户的决定", en="record what the client decided"),
    "edit": Label(zh="修改未经约定的内容", en="change what no agreement holds"),
    "release": Label(zh="按现在的文字对客户公开", en="show it to the client as worded now"),
    "adopt": Label(zh="与工具中的条目关联", en="link it to an item of a tool"),
}


def files() -> dict[Path, str]:
    """Return what every generated file holds, by its path."""
    known = concepts()
    nouns = [known[name] for name in ORDER if name in known]
    made = {ROOT / "cli/pmbridge_cli/nouns.py": noun_table(nouns, known.get("engagement"))}
    made |= {ROOT / "docs/reference/register.md": reference(nouns)}
    desks = [*nouns, *([known["engagement"]] if "engagement" in known else [])]
    made |= {ROOT / f"src/pmbridge/desks/{one.name}.py": desk_module(one) for one in desks}
    made |= {ROOT / "src/pmbridge/desks/__init__.py": package(desks)}
    return made


# ------------------------------------------------------------------------------------------- the table of nouns


def noun_table(nouns: list[Concept], engagement: Concept | None) -> str:
    """Return the module that tells help which nouns and verbs there are."""
    lines = [
        '"""Nouns and verbs of the register, as help shows them. Written by ``docs/generate.py``; do not edit."""',
        "",
        "from __future__ import annotations",
        "",
        "from collections.abc import Mapping",
        "from typing import NamedTuple",
        "",
        "from pmbridge_cli.words import Both",
        "",
        "",
        "class Noun(NamedTuple):",
        '    """A noun: its line of help, and its verbs with theirs."""',
        "",
        "    help: Both",
        "    verbs: Mapping[str, Both]",
        "",
        "",
        "# fmt: off",
        "NOUNS: Mapping[str, Noun] = {",
    ]
    for concept in nouns:
        label = concept.label
        lines.append(f'    "{concept.name}": Noun(Both({_quoted(label.en)}, {_quoted(label.zh)}), {{')
        lines += [f"        {_quoted(verb)}: Both({_quoted(w.en)}, {_quoted(w.zh)})," for verb, w in _verbs(concept)]
        lines.append("    }),")
    lines += ["}", "ENGAGEMENT: Mapping[str, Both] = {"]
    if engagement is not None:
        lines += [f"    {_quoted(v)}: Both({_quoted(w.en)}, {_quoted(w.zh)})," for v, w in _verbs(engagement)]
    return "\n".join([*lines, "}", "# fmt: on", ""])


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _verbs(concept: Concept) -> Iterator[tuple[str, Label]]:
    """Yield the verbs that a person types, each once, with where they lead."""
    seen: set[str] = set()
    for step in concept.steps:
        verb = "decide" if step.verdict else step.verb
        if verb not in seen:
            seen.add(verb)
            yield verb.replace("_", "-"), _MORE["decide"] if step.verdict else _led(concept, step)
    for verb in ("edit", "release", "adopt"):
        if verb not in seen and (verb != "edit" or concept.editable):
            yield verb, _MORE[verb]


def _led(concept: Concept, step: Step) -> Label:
    if len(step.targets) != 1 or step.targets == step.sources:
        return step.label
    target = concept.states[step.targets[0]].label
    return Label(zh=f"{step.label.zh} → {target.zh}", en=f"{step.label.en} → {target.en}")


# ------------------------------------------------------------------------------------------------ the reference


def reference(nouns: list[Concept]) -> str:
    """Return the page that shows every noun: its states as a diagram, its commands, its guards, its fields."""
    lines = [
        "# The register: nouns, states, commands and guards",
        "",
        "Written by `docs/generate.py` from the concepts in `src/pmbridge/domain/`. A refused command lists every",
        "condition that is not met. C: the client sees it once the record is released; R: as worded then;",
        "X: never.",
    ]
    for concept in nouns:
        lines += ["", f"## {concept.name} · {concept.label.zh} ({concept.ref(concept.prefixes[0], concept.first)})", ""]
        lines += [*_diagram(concept), "", *_commands(concept), "", *_guards(concept), *_fields(concept)]
    return "\n".join(lines).rstrip() + "\n"


def _diagram(concept: Concept) -> Iterator[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    for state in concept.states.values():
        yield f'    state "{state.zh} {state.en}" as {state.name}'
    for step in concept.steps:
        for source in step.sources:
            for target in step.targets or ((source,) if source else ()):
                yield f"    {source or '[*]'} --> {target}: {step.verb}"
    for state in concept.states.values():
        if state.terminal:
            yield f"    {state.name} --> [*]"
    yield "```"


def _commands(concept: Concept) -> Iterator[str]:
    yield "| command | from | to | takes | guards |"
    yield "|---|---|---|---|---|"
    for step in concept.steps:
        verb = f"decide … {step.verb}" if step.verdict else step.verb
        sources = ", ".join(concept.states[one].en if one != NEW else "–" for one in step.sources)
        targets = ", ".join(concept.states[one].en for one in step.targets) or "same"
        takes = ", ".join(
            f"`{name}`" if info.is_required() else f"`{name}`?" for name, info in step.takes.model_fields.items()
        )
        needs = [one.name for one in step.guards]
        needs += ["evidence"] * step.evidence + ["reason"] * step.reason
        yield f"| `{verb.replace('_', '-')}` {step.label.zh} | {sources} | {targets} | {takes} | {', '.join(needs)} |"


def _guards(concept: Concept) -> Iterator[str]:
    guards = {one.name: one for step in concept.steps for one in step.guards}
    if not guards:
        return
    yield "| guard | holds when | |"
    yield "|---|---|---|"
    for one in guards.values():
        doc = " ".join(one.doc.split()).replace("|", "\\|")
        yield f"| `{one.name}` | {one.label.zh} · {one.label.en} | {doc} |"
    yield ""


def _fields(concept: Concept) -> Iterator[str]:
    by_class: dict[str, list[str]] = {"C": [], "R": [], "X": []}
    for name, who in concept.fields.visibility.items():
        by_class[who].append(f"`{name}`")
    yield "Fields: " + " · ".join(f"**{who}** {', '.join(names)}" for who, names in by_class.items() if names)


def main() -> int:
    """Write the files; with ``--check`` only say which differ."""
    stale = [path for path, text in files().items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")
        if "--check" not in sys.argv:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files()[path], encoding="utf-8")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
