"""Asking on a terminal: questions on stderr, answers from stdin, secrets unseen.

Where nobody can be asked, the open questions are gathered and named all at once, each with the option that answers it.
"""

from __future__ import annotations

import getpass
import re
import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import click

from pmbridge_cli.layout import hung, width
from pmbridge_cli.words import Both, Said, same

if TYPE_CHECKING:
    from pydantic import SecretStr

    from pmbridge_cli.context import App

T = TypeVar("T")
K = TypeVar("K")

DEFAULT = Both("[default]", "[默认]")
CHOOSE = Both("choose", "选")
_CLOSING = ("）", "」", "。")
_ASIDE = re.compile(r"\s*(\[[^]]*\]|\([^()]*\)|（[^（）]*）)$")
_INNER = str.maketrans("「」", "『』")
_NEEDED = Both("This needs an answer.", "需要一个答案。")
_UNREADABLE = Both("That cannot be read as text.", "无法识别为文字。")
_ONE_OF = Both("Answer with a number from 1 to {n}.", "请回答 1 到 {n} 的数字。")
_SOME_OF = Both("Answer with numbers from 1 to {n}, as 1,3.", "请回答 1 到 {n} 的数字，如 1,3。")
_LETTERS = Both("Answer with one of {letters}.", "请回答 {letters} 之一。")
_BY_KEY = Both("  … and {n} more, by name: {key}", "  … 另有 {n} 个，直接输入名称，如 {key}")
_YES_OR_NO = Both("Answer y or n.", "请回答 y 或 n。")
_YES = same("--yes")
_EMPTY = Both("Nothing was pasted.", "没有收到内容。")
_RECEIVED = Both("  {n} characters received.", "  已收到 {n} 个字符。")


class Unfit(Exception):
    """An answer that cannot be used; ``why`` is said, and on a terminal the question comes again."""

    def __init__(self, why: Said) -> None:
        super().__init__(why.in_("en"))
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A question that nobody has answered, and the option that would."""

    question: Said
    option: Said

    def gist(self, language: str) -> str:
        """Return the question itself, quoted, without the ways to answer it and what a terminal would do."""
        said = _ASIDE.sub("", self.question.in_(language).strip())
        if language.startswith("zh"):
            return f"「{said.translate(_INNER)}」"
        return '"' + said.replace('"', "'") + '"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One of several answers. ``key`` is what the option takes."""

    key: str
    text: Said


def as_it_is(text: str) -> str:
    """Accept any answer."""
    return text


class Ask:
    """Asks what a command needs to know.

    ``--yes`` takes every default; with *complete* it also stands for "ask me nothing", so that a question without a
    default is listed and not asked. A method returns ``None`` when its question stayed open: see :meth:`settle`.
    *in_person*: only somebody who looks can answer, so ``--yes`` does not.
    """

    def __init__(
        self, app: App, *, complete: bool = False, stdin_is_taken: bool = False, in_person: bool = False
    ) -> None:
        self._app = app
        self._takes_defaults = app.yes and not in_person
        self._listed = complete and app.yes
        self.interactive = app.interactive and not stdin_is_taken and not self._listed
        self._open: list[Open] = []

    def text(
        self,
        question: Said,
        *,
        option: Said,
        given: str | None = None,
        default: str | None = None,
        hint: str | None = None,
        short: Said | None = None,
        check: Callable[[str], T],
    ) -> T | None:
        """Return the checked answer: what was *given* by an option, the default, or what is typed.

        *hint* stands in brackets behind the question, instead of the default. *short* is the question where it is
        only named, if it says more than it asks.

        Raises:
            ConfigError: what was given cannot be used.
        """
        if given is not None:
            return self._given(given, option, check)
        if default is not None and self._takes_defaults:
            return check(default)
        if not self.interactive:
            self._open.append(Open(question=short or question, option=option))
            return None
        while True:
            typed = self._line(question, f" [{hint or default}]" if hint or default else "") or default
            if not typed:
                self._app.out.talk(_NEEDED)
                continue
            try:
                return check(typed)
            except Unfit as unfit:
                self._app.out.talk(unfit.why)

    def choice(
        self,
        question: Said,
        offers: Sequence[Offer],
        *,
        option: Said,
        given: str | None = None,
        default: str | None = None,
        blank: Said | None = None,
        short: Said | None = None,
    ) -> str | None:
        """Return the key of the offer that is chosen, by its number or key.

        With *blank*, Enter leaves the question without an answer, which is ``""``. *short* as for :meth:`text`.
        """
        default = "" if blank is not None and default is None else default
        text = Both(*(self._offered(question, offers, default, blank, language) for language in ("en", "zh")))

        def check(typed: str) -> str:
            if typed.isdigit() and 1 <= int(typed) <= len(offers):
                return offers[int(typed) - 1].key
            for one in offers:
                if typed.casefold() == one.key.casefold():
                    return one.key
            raise Unfit(_ONE_OF.filled(n=len(offers)))

        if given is not None:
            return self._given(given, option, lambda typed: _offered(typed, offers))
        if default is not None and self._takes_defaults:
            return default
        if not self.interactive:
            self._open.append(Open(question=short or question, option=option))
            return None
        while True:
            typed = self._line(text, "")
            if not typed and default is not None:
                return default
            try:
                return check(typed)
            except Unfit as unfit:
                self._app.out.talk(unfit.why)

    def _offered(
        self, question: Said, offers: Sequence[Offer], default: str | None, blank: Said | None, language: str
    ) -> str:
        texts = [f"{at} {one.text.in_(language)}" for at, one in enumerate(offers, 1)]
        if blank is not None:
            ways = f"[⏎ {blank.in_(language)} / {CHOOSE.in_(language)} {' '.join(texts)}]"
            return self._with_ways(question.in_(language), "", [ways], gap="")
        marked = [
            _before(text, DEFAULT.in_(language)) if one.key == default else text
            for text, one in zip(texts, offers, strict=True)
        ]
        return self._with_ways(question.in_(language), " ", marked, gap="   ")

    def _with_ways(self, question: str, before: str, ways: Sequence[str], *, gap: str) -> str:
        """Return the question with the ways to answer it behind it, or below it, one a line, if that is too long."""
        line = f"{question}{before}{gap.join(ways)}"
        if width(line) + len(" › ") <= self._app.out.room:
            return line
        margin = " " * (2 + len(question) - len(question.lstrip(" ")))
        return "\n".join([question, *(margin + way for way in ways)])

    def listed(
        self, question: Said, offers: Sequence[Offer], *, option: Said, several: bool = False, most: int = 30
    ) -> list[str] | None:
        """Return the keys of the offers that are chosen, by number or key: one, or with *several* any number.

        They are listed one a line; of more than *most* the rest can be chosen by key.
        """
        if not self.interactive:
            self._open.append(Open(question=question, option=option))
            return None
        self._app.out.talk(question)
        for at, one in enumerate(offers[:most], 1):
            self._app.out.talk(f"  {at} {self._app.out.say(one.text)}")
        if len(offers) > most:
            self._app.out.talk(_BY_KEY.filled(n=len(offers) - most, key=offers[most].key))
        keys = {one.key.casefold(): one.key for one in offers}
        numbers = {str(at): one.key for at, one in enumerate(offers, 1)}
        while True:
            words = self._line(same(""), "").replace("，", ",").replace(" ", ",").casefold().split(",")
            chosen = [numbers.get(word) or keys.get(word) for word in words if word]
            if chosen and all(chosen) and (several or len(chosen) == 1):
                return list(dict.fromkeys(one for one in chosen if one))
            self._app.out.talk((_SOME_OF if several else _ONE_OF).filled(n=len(offers)))

    def letter(self, question: Said, letters: Sequence[str], *, option: Said) -> str | None:
        """Return one of *letters*; the first is the default. The question says what each means."""
        if self._takes_defaults:
            return letters[0]
        if not self.interactive:
            self._open.append(Open(question=question, option=option))
            return None
        while True:
            typed = self._line(question, "").casefold() or letters[0]
            if typed[0] in letters and typed in (typed[0], "yes", "no"):
                return typed[0]
            self._app.out.talk(_LETTERS.filled(letters=", ".join(letters)))

    def confirm(self, question: Said, *, default: bool, option: Said = _YES) -> bool | None:
        """Return yes or no. ``--yes`` says yes, whatever the default."""
        if self._takes_defaults:
            return True
        if not self.interactive:
            self._open.append(Open(question=question, option=option))
            return None
        hint = " [Y/n]" if default else " [y/N]"
        while True:
            typed = self._line(question, hint).casefold()
            if not typed:
                return default
            if typed in ("y", "yes", "n", "no", "是", "否"):
                return typed in ("y", "yes", "是")
            self._app.out.talk(_YES_OR_NO)

    def secret(self, question: Said, *, option: Said) -> SecretStr | None:
        """Return what is pasted, unseen and trimmed.

        Its length is said, so that nobody pastes twice; the screen stays on that line, for what comes of it.
        """
        from pydantic import SecretStr

        from pmbridge.secrets import trimmed

        if not self.interactive:
            self._open.append(Open(question=question, option=option))
            return None
        while True:
            with warnings.catch_warnings():
                # A terminal that would show the secret is no terminal for it.
                warnings.simplefilter("error", getpass.GetPassWarning)
                try:
                    # It writes the prompt itself, once nothing is shown any more.
                    typed = getpass.getpass(self._fitting(question), stream=sys.stderr)
                except getpass.GetPassWarning:
                    self._open.append(Open(question=question, option=option))
                    return None
                except EOFError:
                    raise click.Abort from None
            self._app.out.answered()
            if secret := trimmed(typed):
                self._app.out.prompt(_RECEIVED.filled(n=len(secret)))
                return SecretStr(secret)
            self._app.out.talk(_EMPTY)

    @property
    def pending(self) -> bool:
        """Whether a question stayed open."""
        return bool(self._open)

    @property
    def takes_defaults(self) -> bool:
        """Whether a question with a default is answered by it."""
        return self._takes_defaults

    def leave_open(self, question: Said, option: Said) -> None:
        """List a question that cannot be asked now."""
        self._open.append(Open(question=question, option=option))

    def settle(self) -> None:
        """Go on only if every question so far has an answer.

        Raises:
            ConfigError: ``no-terminal`` or ``needs-answer``, with all open questions and their options.
        """
        if not self._open:
            return
        from pmbridge.errors import ConfigError

        raise ConfigError(
            "needs-answer" if self._listed and self._app.interactive else "no-terminal",
            question=", ".join(one.gist("en") for one in self._open),
            question_zh="、".join(one.gist("zh") for one in self._open),
            needs="needs" if len(self._open) == 1 else "need",
            option=" ".join(dict.fromkeys(one.option.in_("en") for one in self._open)),
            option_zh=" ".join(dict.fromkeys(one.option.in_("zh") for one in self._open)),
        )

    def _given(self, given: str, option: Said, check: Callable[[str], T]) -> T:
        try:
            return check(given)
        except Unfit as unfit:
            raise misfit(option, unfit.why, self._app.command) from None

    def _line(self, question: Said, hint: str) -> str:
        while True:
            self._app.out.prompt(self._fitting(question, hint))
            try:
                line = sys.stdin.readline()
                self._app.out.answered()
                line.encode()
            except UnicodeError:
                self._app.out.talk(_UNREADABLE)
                continue
            if not line:
                raise click.Abort  # Ctrl-D
            return line.strip()

    def _fitting(self, question: Said, hint: str = "") -> str:
        """Return the prompt in lines that fit on the screen."""
        text = _before(f"{self._app.out.say(question)}{hint}", "›")
        return "\n".join(line for part in text.splitlines() for line in hung(part, self._app.out.room - 1)) + " "


def _before(text: str, sign: str) -> str:
    """Return *text* and *sign* with a blank between, but none behind a full-width mark or at the start of a line."""
    return text + sign if not text or text.endswith(_CLOSING) else f"{text} {sign}"


def misfit(option: Said, why: Said, command: str) -> Exception:
    """Return the error that says why the value of *option* cannot be used."""
    from pmbridge.errors import ConfigError

    name = option.in_("en").partition(" ")[0]
    return ConfigError(
        "refused",
        detail=f"{name}: {why.in_('en')}",
        detail_zh=f"{name}：{why.in_('zh')}",
        command=f"pmbridge {command} --help",
    )


def _offered(typed: str, offers: Sequence[Offer]) -> str:
    for one in offers:
        if typed.casefold() == one.key.casefold():
            return one.key
    keys = [one.key for one in offers]
    raise Unfit(
        Both(
            f'"{typed}" is not possible here; possible: {", ".join(keys)}',
            f"「{typed}」在此不可用，可用：{'、'.join(keys)}",
        )
    )
