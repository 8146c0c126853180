"""What may be a password: long enough, not easy to guess, and nothing else (NIST SP 800-63B section 3.1.1.2).

No rules of composition. How easily it is guessed, zxcvbn tells: it knows some 30,000 common passwords, names,
words, keyboard walks, dates, repetitions, and the words that belong to the person.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _
from zxcvbn_rs_py import zxcvbn

from authserver.accounts.passwords import LONGEST
from authserver.base.errors import Refused

LEAST_SCORE = 3
"""Of 0 to 4: 10^8 guesses and more."""

LOOKED_AT = 64
"""Characters that zxcvbn looks at; more can only make a password better."""

LOOKED_AT_SYMBOLS = 24
"""Fewer when many of them may stand for letters: zxcvbn tries all ways to read them, while the worker stands.

100 characters of that kind took 1.4 s; 24 of them take 20 ms, 64 of another kind 10 ms.
"""

SYMBOLS = frozenset("4@8({[<3690!|170$5+%2")
MANY_SYMBOLS = 6

WORDS_KEPT = 100
"""Own words at most; each costs time."""

LEAST_DIFFERENT = 5
"""Different characters of a password that is more than a repetition."""

SHORTEST_WORD = 3
LEAST_OWN = 8
"""Characters that must remain when the own words are taken out."""


@dataclass(frozen=True, slots=True)
class Strength:
    """How hard a password is to guess: 0 (very weak) to 4 (strong), in words, and why."""

    score: int
    label: str
    warning: str = ""


def judge(password: str, own_words: Iterable[str]) -> Strength:
    """Return how strong a password is for somebody of whom others may know some words."""
    plain = _readable(unicodedata.normalize("NFKC", password[: LONGEST + 1]))
    words = _parts(own_words)
    if not plain:
        return Strength(0, _label(0))
    if _made_of(plain, words):
        return Strength(0, _label(0), _("It is made of words that others know of you."))
    score = 0
    if len(set(plain)) >= LEAST_DIFFERENT:
        score = int(zxcvbn(_without_repeats(plain)[: _looked_at(plain)], words).score)
    return Strength(score, _label(score), _advice() if score < LEAST_SCORE else "")


def check(password: str, own_words: Iterable[str], minimum: int) -> None:
    """Judge a new password. Raises Refused with what to do."""
    plain = unicodedata.normalize("NFKC", password[: LONGEST + 1])
    if len(plain) < minimum:
        raise Refused(
            _(
                "Use at least %(minimum)d characters; a few words in a row are easy to keep in mind.",
                minimum=minimum,
            )
        )
    if len(password) > LONGEST or len(plain) > LONGEST:
        raise Refused(_("Use at most %(maximum)d characters.", maximum=LONGEST))
    strength = judge(password, own_words)
    if strength.score < LEAST_SCORE:
        raise Refused(strength.warning)


def _advice() -> str:
    text: str = _("This is easy to guess. Use a few words that nobody would put in a row.")
    return text


def _label(score: int) -> str:
    labels: tuple[str, ...] = (_("Very weak"), _("Weak"), _("Fair"), _("Good"), _("Strong"))
    return labels[score]


def _parts(own_words: Iterable[str]) -> list[str]:
    """Return words and what they consist of (the parts of an address), in lower case, longest first."""
    found: dict[str, None] = {}
    for own_word in own_words:
        word = _readable(unicodedata.normalize("NFKC", own_word))
        for part in (word, *re.split(r"[^\w]+", word)):
            if len(part) >= SHORTEST_WORD:
                found[part.casefold()] = None
    return sorted(list(found)[:WORDS_KEPT], key=len, reverse=True)


def _made_of(plain: str, words: list[str]) -> bool:
    rest = plain.casefold()
    for word in words:
        rest = rest.replace(word, "")
    return rest != plain.casefold() and len(re.sub(r"[\W\d_]", "", rest)) < LEAST_OWN


def _without_repeats(plain: str) -> str:
    """Return a text with each of its words once: saying a word thrice does not make it three words."""
    seen: set[str] = set()

    def once(found: re.Match[str]) -> str:
        word = found[0].casefold()
        if word in seen:
            return ""
        seen.add(word)
        return found[0]

    return re.sub(rf"\w{{{SHORTEST_WORD},}}", once, plain)


def _looked_at(plain: str) -> int:
    return LOOKED_AT_SYMBOLS if len(SYMBOLS.intersection(plain)) > MANY_SYMBOLS else LOOKED_AT


def _readable(plain: str) -> str:
    # Lone surrogates can't be handed to it.
    return plain.encode("utf-8", "replace").decode()
