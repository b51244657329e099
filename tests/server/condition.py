"""The small part of SQL that the profile API lets through: conditions, and a cursor to read statements with.

A condition is read into a tree (And, Or, Not, Compare) and turned into a function of a row. AND binds tighter
than OR, as in SQL: that is what makes a pasted, unparenthesised `a OR b` escape the conditions before it.
"""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Optional, Tuple, Union

from rows import Row, column_getter

Value = Union[str, int, float]


class SqlError(Exception):
    """The statement cannot be read or names something that is not there."""


@dataclass(frozen=True)
class Compare:
    """`column op value`; for IN and NOT IN the value is a tuple. `literal` marks a left side in quotes."""

    column: str
    op: str
    value: Union[Value, Tuple[Value, ...]]
    literal: bool = False


@dataclass(frozen=True)
class Not:
    part: "Condition"


@dataclass(frozen=True)
class And:
    parts: Tuple["Condition", ...]


@dataclass(frozen=True)
class Or:
    parts: Tuple["Condition", ...]


Condition = Union[Compare, Not, And, Or]

_STRING = re.compile(r"'((?:[^'\\]|\\.|'')*)'", re.S)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_WORD = re.compile(r"`([^`]+)`|([A-Za-z_][A-Za-z0-9_./-]*)")
_OPERATOR = re.compile(r"!=|<>|<=|>=|=|<|>")
_SPACE = re.compile(r"\s*")
_KEYWORDS = frozenset("and or not like regexp in select from where group by order limit as asc desc".split())


class Cursor:
    """A place in a statement. Each `take_*` moves on when it matches and else leaves the place as it was."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def _skip(self) -> None:
        self.at = _SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]

    def _take(self, pattern: "re.Pattern[str]") -> Optional["re.Match[str]"]:
        self._skip()
        match = pattern.match(self.text, self.at)
        if match:
            self.at = match.end()
        return match

    def rest(self) -> str:
        return self.text[self.at :].strip()

    def take_sign(self, sign: str) -> bool:
        self._skip()
        if not self.text.startswith(sign, self.at):
            return False
        self.at += len(sign)
        return True

    def take_keyword(self, word: str) -> bool:
        start = self.at
        match = self._take(_WORD)
        if match and match.group(2) and match.group(2).lower() == word:
            return True
        self.at = start
        return False

    def take_name(self) -> Optional[str]:
        """A column, table or function name; never a bare keyword."""
        start = self.at
        match = self._take(_WORD)
        if match and (match.group(1) or match.group(2).lower() not in _KEYWORDS):
            return match.group(1) or match.group(2)
        self.at = start
        return None

    def take_operator(self) -> Optional[str]:
        match = self._take(_OPERATOR)
        return match.group() if match else None

    def take_value(self) -> Optional[Value]:
        match = self._take(_STRING)
        if match:
            return re.sub(r"\\(.)|''", lambda m: m.group(1) or "'", match.group(1), flags=re.S)
        match = self._take(_NUMBER)
        if not match:
            return None
        return float(match.group()) if "." in match.group() else int(match.group())


def parse_condition(text: str) -> Condition:
    """The whole text as one condition; what is left over is an error that quotes it."""
    cursor = Cursor(text)
    condition = read_condition(cursor)
    if cursor.rest():
        raise SqlError("syntax error near " + cursor.rest())
    return condition


def read_condition(cursor: Cursor, inside: bool = False) -> Condition:
    parts = [_read_and(cursor, inside)]
    while cursor.take_keyword("or"):
        parts.append(_read_and(cursor, inside))
    return parts[0] if len(parts) == 1 else Or(tuple(parts))


def _read_and(cursor: Cursor, inside: bool) -> Condition:
    parts = [_read_term(cursor, inside)]
    while cursor.take_keyword("and"):
        parts.append(_read_term(cursor, inside))
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def _read_term(cursor: Cursor, inside: bool) -> Condition:
    if cursor.take_keyword("not"):
        return Not(_read_term(cursor, inside))
    if cursor.take_sign("("):
        condition = read_condition(cursor, True)
        if not cursor.take_sign(")"):
            raise SqlError("syntax error: expected )")
        return condition
    start = cursor.at
    compare = _read_compare(cursor)
    if compare is None:
        cursor.at = start
        raise SqlError("syntax error: expected )" if inside else "syntax error near " + cursor.rest())
    return compare


def _read_compare(cursor: Cursor) -> Optional[Compare]:
    column: Optional[Value] = cursor.take_name()
    literal = column is None
    if literal:
        column = cursor.take_value()
    if column is None:
        return None
    op = cursor.take_operator()
    if op is None:
        prefix = "not " if cursor.take_keyword("not") else ""
        word = next((w for w in ("like", "regexp", "in") if cursor.take_keyword(w)), None)
        if word is None:
            return None
        op = prefix + word
        if word == "in":
            values = _read_list(cursor)
            return None if values is None else Compare(str(column), op, values, literal)
    value = cursor.take_value()
    return None if value is None else Compare(str(column), "!=" if op == "<>" else op, value, literal)


def _read_list(cursor: Cursor) -> Optional[Tuple[Value, ...]]:
    if not cursor.take_sign("("):
        return None
    values: List[Value] = []
    while True:
        value = cursor.take_value()
        if value is None:
            return None
        values.append(value)
        if cursor.take_sign(")"):
            return tuple(values)
        if not cursor.take_sign(","):
            return None


def _like(pattern: str) -> "re.Pattern[str]":
    # DeepFlow's own pages write * where SQL has %; both are taken.
    parts = {"%": ".*", "*": ".*", "_": "."}
    return re.compile("".join(parts.get(c, re.escape(c)) for c in pattern), re.S)


_ORDERED: Dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _like_kind(value: Value, numeric: bool) -> Value:
    """The literal in the kind of its column, so that process_id = 7 and process_id = '7' are the same."""
    if not numeric:
        return str(value)
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        raise SqlError(f"cannot compare a number with '{value}'") from None


def compile_condition(condition: Condition, known: Callable[[str], bool]) -> Callable[[Row], bool]:
    """A function of a row. `known` says whether a column exists: an unknown one fails the query."""
    if isinstance(condition, Not):
        inner = compile_condition(condition.part, known)
        return lambda row: not inner(row)
    if isinstance(condition, (And, Or)):
        tests = [compile_condition(part, known) for part in condition.parts]
        if isinstance(condition, And):
            return lambda row: all(test(row) for test in tests)
        return lambda row: any(test(row) for test in tests)
    return _compile_compare(condition, known)


def _compile_compare(compare: Compare, known: Callable[[str], bool]) -> Callable[[Row], bool]:
    if compare.literal:
        text = compare.column
        get: Callable[[Row], Value] = lambda row: text
        numeric = False
    elif known(compare.column):
        get, numeric = column_getter(compare.column)
    else:
        raise SqlError(f"unknown column {compare.column}")
    negated = compare.op.startswith("not ")
    op = compare.op[4:] if negated else compare.op
    if op == "in":
        assert isinstance(compare.value, tuple)
        values = frozenset(_like_kind(v, numeric) for v in compare.value)
        return lambda row: (get(row) in values) != negated
    if op in ("like", "regexp"):
        try:
            pattern = _like(str(compare.value)) if op == "like" else re.compile(str(compare.value))
        except re.error as error:
            raise SqlError(f"bad regular expression: {error}") from None
        match = pattern.fullmatch if op == "like" else pattern.search
        return lambda row: (match(str(get(row))) is not None) != negated
    assert not isinstance(compare.value, tuple)
    value = _like_kind(compare.value, numeric)
    test = _ORDERED[op]
    return lambda row: test(get(row), value)
