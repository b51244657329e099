"""What the profile API answers: a parsed request in, an HTTP status and a JSON value out. No sockets here."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple

import trees
from condition import (
    And,
    Compare,
    Condition,
    Cursor,
    SqlError,
    compile_condition,
    parse_condition,
    read_condition,
)
from rows import Row, RowStore, column_getter

FOREVER = 1 << 62
SERVICES_AT_MOST = 10


@dataclass(frozen=True)
class Form:
    """How one release behaves."""

    name: str
    root: Optional[str]  # the root's name, None for the service's
    columns: bool  # columns rather than a node list
    types: bool  # with function_types
    parenthesised: bool  # the tag filter is put in parentheses
    empty_service: bool  # app_service may be empty
    kernel_depth: bool  # knows max_kernel_stack_depth
    gauge_per_process: bool  # the last value of each stack and process, not of each stack
    gauges: Tuple[str, ...]  # the event types it treats as gauges


_OLD_GAUGES = ("inuse_objects", "inuse_space", "goroutines")
_NEW_GAUGES = _OLD_GAUGES + ("mem-inuse", "hbm-inuse")

# v6.5.9 and v7.1.8 are proved against recordings; v6.4 and v6.6 are taken to be like their neighbours but for
# the documented differences.
FORMS: Dict[str, Form] = {
    form.name: form
    for form in (
        Form("v6.4", "root", False, False, False, False, False, False, _OLD_GAUGES),
        Form("v6.5.9", None, False, False, False, False, True, False, _OLD_GAUGES),
        Form("v6.6", None, True, False, True, False, True, True, _NEW_GAUGES),
        Form("v7.1.8", None, True, True, True, True, True, True, _NEW_GAUGES),
    )
}


@dataclass
class Reply:
    status: int
    body: Dict[str, object]

    def encode(self) -> bytes:
        """As Go's encoder writes it: no spaces, UTF-8, and <, >, & escaped."""
        text = json.dumps(self.body, ensure_ascii=False, separators=(",", ":"))
        for sign in "<>&\u2028\u2029":
            text = text.replace(sign, f"\\u{ord(sign):04x}")
        return text.encode("utf-8") + b"\n"


def reply(status: int, opt_status: str, description: str, result: object, debug: object = None) -> Reply:
    return Reply(
        status, {"OPT_STATUS": opt_status, "DESCRIPTION": description, "result": result, "debug": debug}
    )


def invalid(description: str) -> Reply:
    return reply(400, "INVALID_POST_DATA", description, None)


@dataclass(frozen=True)
class Query:
    """A profile request whose fields have been checked."""

    service: str
    language: str
    event: str
    tag_filter: str
    start: int
    end: int
    kernel_depth: int
    debug: bool


_REQUIRED = (
    ("profile_language_type", str),
    ("profile_event_type", str),
    ("time_start", int),
    ("time_end", int),
)
_OPTIONAL: Tuple[Tuple[str, type, object], ...] = (
    ("app_service", str, ""),
    ("tag_filter", str, ""),
    ("max_kernel_stack_depth", int, -1),
    ("debug", bool, False),
)


def _right_type(value: object, kind: type) -> bool:
    return isinstance(value, kind) and not (kind is int and isinstance(value, bool))


class Engine:
    """Answers over one store of rows in the way of one release. Keeps no state between calls."""

    def __init__(
        self,
        store: RowStore,
        form: Form,
        row_limit: int = 1_000_000,
        seed: int = 0,
        org_id: int = 1,
        root_anywhere: bool = False,
    ) -> None:
        self.store = store
        self.form = form
        self.row_limit = row_limit
        self.seed = seed
        self.org_id = org_id
        self.root_anywhere = root_anywhere

    # -- /v1/profile/ProfileTracing

    def profile(self, body: object, org_id: int = 1) -> Reply:
        if not isinstance(body, dict):
            return invalid("json: cannot unmarshal the body into an object")
        query = self._read_query(body)
        if isinstance(query, Reply):
            return query
        debugs: List[Dict[str, str]] = []
        try:
            result = self._profile(query, org_id, debugs)
            status, opt_status, description = 200, "SUCCESS", ""
        except (SqlError, RecursionError) as error:
            result = self._shape(None, query)
            status, opt_status, description = 500, "FAIL", str(error)
        debug = {"querier_debug": debugs, "format_time": "0.004000000s"} if query.debug else None
        return reply(status, opt_status, description, result, debug)

    def _read_query(self, body: Mapping[str, Any]) -> "Query | Reply":
        for name, kind in _REQUIRED:
            value = body.get(name)
            if value is not None and not _right_type(value, kind):
                return invalid(f"json: cannot unmarshal {name} into {kind.__name__}")
            if not value:  # zero counts as absent, as in the real server
                return invalid("Key: required")
        values: Dict[str, Any] = {}
        for name, kind, default in _OPTIONAL:
            value = body.get(name, default)
            value = default if value is None else value
            if not _right_type(value, kind):
                return invalid(f"json: cannot unmarshal {name} into {kind.__name__}")
            values[name] = value
        if not values["app_service"] and not self.form.empty_service:
            return invalid("Key: required")
        return Query(
            str(values["app_service"]),
            str(body["profile_language_type"]),
            str(body["profile_event_type"]),
            str(values["tag_filter"]),
            int(body["time_start"]),
            int(body["time_end"]),
            int(values["max_kernel_stack_depth"]),
            bool(values["debug"]),
        )

    def _where(self, query: Query, service: Optional[str]) -> str:
        """The WHERE text, pasted together as the real servers do it: that is what makes it fragile."""
        parts = [f"time>={query.start}", f"time<={query.end}"]
        if service is not None:
            parts.append(f"app_service='{service}'")
        parts += [f"profile_language_type='{query.language}'", f"profile_event_type='{query.event}'"]
        if query.tag_filter:
            parts.append(f"({query.tag_filter})" if self.form.parenthesised else query.tag_filter)
        return " AND ".join(parts)

    def _profile(self, query: Query, org_id: int, debugs: List[Dict[str, str]]) -> object:
        root, where = query.service, self._where(query, query.service)
        if not query.service:
            names = list(dict.fromkeys(r.service for r in self._matching(self._where(query, None), org_id)))
            if not 0 < len(names) <= SERVICES_AT_MOST:
                raise SqlError(f"app_service count {len(names)} is invalid")
            root, where = ", ".join(names), self._where(query, None)
        gauge = query.event in self.form.gauges
        debugs.append(self._debug(self._sql(where, gauge)))
        found = self._matching(where, org_id)
        if gauge:
            found = self._last_values(found)
        stacks = trees.add_up((row.stack, row.value) for row in found[: self.row_limit])
        if self.form.kernel_depth and query.kernel_depth != -1 and query.language == "eBPF":
            depth = max(query.kernel_depth, 0)
            stacks = trees.add_up((trees.cut_stack(stack, depth), value) for stack, value in stacks.items())
        return self._shape(trees.build_tree(root, stacks), query)

    def _shape(self, tree: Optional[trees.Tree], query: Query) -> object:
        if self.form.columns:
            return trees.columns(tree, query.event, self.form.types)
        shuffle = f"{self.seed}:{query}" if self.seed else ""
        return trees.node_list(tree, self.form.root or query.service, shuffle, self.root_anywhere)

    def _sql(self, where: str, gauge: bool) -> str:
        if not gauge:
            columns = "profile_location_str, profile_value"
            return f"SELECT {columns} FROM in_process WHERE  {where} LIMIT {self.row_limit}"
        by = "profile_location_str" + (" ,agent_id, process_id" if self.form.gauge_per_process else "")
        return (
            "SELECT profile_location_str, Last(profile_value) AS profile_value FROM in_process "
            f"WHERE  {where} GROUP BY {by} LIMIT {self.row_limit}"
        )

    @staticmethod
    def _debug(sql: str) -> Dict[str, str]:
        return {
            "ip": "10.0.0.1",
            "sql": sql,
            "sql_CH": sql,
            "query_time": "0.01s",
            "query_uuid": "",
            "error": "",
        }

    def _last_values(self, found: List[Row]) -> List[Row]:
        last: Dict[Tuple[str, str, str], Row] = {}
        for row in found:
            agent, process = (
                (row.tags.get("agent_id", ""), row.tags.get("process_id", ""))
                if self.form.gauge_per_process
                else ("", "")
            )
            key = (row.stack, agent, process)
            if key not in last or (last[key].time, last[key].number) < (row.time, row.number):
                last[key] = row
        # Without a seed in the order of the keys, as a database that groups by sorting returns them.
        return [last[key] for key in (last if self.seed else sorted(last))]

    # -- conditions

    def _matching(self, where: str, org_id: int) -> List[Row]:
        return self._select(parse_condition(where), org_id)

    def _select(self, condition: Optional[Condition], org_id: int) -> List[Row]:
        """Rows of a condition. What it demands of time, service, event and language is looked up."""
        parts: Tuple[Condition, ...] = () if condition is None else (condition,)
        if isinstance(condition, And):
            parts = condition.parts
        fixed: Dict[str, str] = {}
        start, end = -FOREVER, FOREVER
        others: List[Condition] = []
        for part in parts:
            if not isinstance(part, Compare) or part.literal:
                others.append(part)
            elif part.column == "time" and part.op == ">=" and isinstance(part.value, int):
                start = max(start, part.value)
            elif part.column == "time" and part.op == "<=" and isinstance(part.value, int):
                end = min(end, part.value)
            elif (
                part.op == "="
                and part.column not in fixed
                and isinstance(part.value, str)
                and part.column in ("app_service", "profile_event_type", "profile_language_type")
            ):
                fixed[part.column] = part.value
            else:
                others.append(part)
        # Compiled even for a foreign organisation: an unknown column is an error there as well.
        test: Callable[[Row], bool] = lambda row: True
        if others:
            test = compile_condition(And(tuple(others)), self.store.known_column)
        return self.store.select(fixed, start, end, test) if org_id == self.org_id else []

    # -- /v1/query/

    def query(self, fields: Mapping[str, str], org_id: int = 1) -> Reply:
        sql = fields.get("sql", "")
        if not sql or not fields.get("db"):
            return invalid("Key: required")
        try:
            if fields["db"] != "profile":
                raise SqlError(f"unknown db {fields['db']}")
            return reply(200, "SUCCESS", "", self._run(_read_select(sql), org_id))
        except (SqlError, RecursionError) as error:
            return reply(500, "FAIL", str(error), None)

    def _run(self, select: "Select", org_id: int) -> Dict[str, object]:
        if select.table != "in_process":
            raise SqlError(f"unknown table {select.table}")
        for column in select.group_by + [item.column for item in select.items if not item.function]:
            if not self.store.known_column(column):
                raise SqlError(f"unknown column {column}")
            if select.grouped and column not in select.group_by:
                raise SqlError(f"column {column} is neither grouped nor aggregated")
        found = self._select(select.where, org_id)
        names = [item.alias for item in select.items]
        if select.grouped:
            # Without GROUP BY an aggregate of nothing is one line all the same, as in ClickHouse.
            groups: Dict[Tuple[object, ...], List[Row]] = {} if select.group_by else {(): []}
            getters = [column_getter(column)[0] for column in select.group_by]
            for row in found:
                groups.setdefault(tuple(get(row) for get in getters), []).append(row)
            table = [[item.of_group(rows) for item in select.items] for rows in groups.values()]
        else:
            table = [[item.of_group([row]) for item in select.items] for row in found]
        if self.seed:
            random.Random(f"{self.seed}:{select}").shuffle(table)
        for name, descending in reversed(select.order_by):
            if name not in names:
                raise SqlError(f"unknown column {name} in ORDER BY")
            at = names.index(name)
            table.sort(key=lambda line: line[at], reverse=descending)  # type: ignore[arg-type,return-value]
        table = table[select.offset : select.offset + select.limit]
        return {"columns": names, "values": table or None}


@dataclass(frozen=True)
class Item:
    """A column of the result: a plain column, or Count, Sum, Max, Min, Last, Uniq of one."""

    function: str
    column: str
    alias: str

    def of_group(self, rows: List[Row]) -> object:
        if self.function == "count":
            return len(rows)
        if not rows:
            return 0
        get = column_getter(self.column)[0]
        if self.function == "last":
            return get(max(rows, key=lambda row: (row.time, row.number)))
        values = [get(row) for row in rows]
        if self.function == "uniq":
            return len(set(values))
        if self.function == "sum":
            return sum(int(value) for value in values)
        if self.function in ("max", "min"):
            return (max if self.function == "max" else min)(values)
        return values[0]


FUNCTIONS = ("count", "sum", "max", "min", "last", "uniq")


@dataclass(frozen=True)
class Select:
    items: List[Item]
    table: str
    where: Optional[Condition]
    group_by: List[str]
    order_by: List[Tuple[str, bool]]
    limit: int
    offset: int

    @property
    def grouped(self) -> bool:
        return bool(self.group_by) or any(item.function for item in self.items)


def _need(value: Optional[str], cursor: Cursor) -> str:
    if value is None:
        raise SqlError("syntax error near " + (cursor.rest() or "the end"))
    return value


def _read_item(cursor: Cursor) -> Item:
    start = cursor.at
    function, column = "", _need(cursor.take_name(), cursor)
    if cursor.take_sign("("):
        function = column.lower()
        if function not in FUNCTIONS:
            raise SqlError(f"unknown function {column}")
        column = "row" if cursor.take_sign("*") else _need(cursor.take_name(), cursor)
        if not cursor.take_sign(")"):
            raise SqlError("syntax error: expected )")
        if function != "count" and column == "row":
            raise SqlError(f"{function}(row) means nothing")
    text = cursor.text[start : cursor.at].strip().strip("`")
    return Item(function, column, _need(cursor.take_name(), cursor) if cursor.take_keyword("as") else text)


def _read_names(cursor: Cursor) -> List[str]:
    names = [_need(cursor.take_name(), cursor)]
    while cursor.take_sign(","):
        names.append(_need(cursor.take_name(), cursor))
    return names


def _read_number(cursor: Cursor) -> int:
    value = cursor.take_value()
    if not isinstance(value, int) or value < 0:
        raise SqlError("syntax error near " + (cursor.rest() or "the end"))
    return value


def _read_select(sql: str) -> Select:
    cursor = Cursor(sql)
    if not cursor.take_keyword("select"):
        raise SqlError("syntax error near " + cursor.rest())
    items = [_read_item(cursor)]
    while cursor.take_sign(","):
        items.append(_read_item(cursor))
    if not cursor.take_keyword("from"):
        raise SqlError("syntax error near " + (cursor.rest() or "the end"))
    table = _need(cursor.take_name(), cursor)
    where = read_condition(cursor) if cursor.take_keyword("where") else None
    group_by: List[str] = []
    if cursor.take_keyword("group"):
        if not cursor.take_keyword("by"):
            raise SqlError("syntax error near " + (cursor.rest() or "the end"))
        group_by = _read_names(cursor)
    order_by: List[Tuple[str, bool]] = []
    if cursor.take_keyword("order"):
        more = cursor.take_keyword("by")
        if not more:
            raise SqlError("syntax error near " + (cursor.rest() or "the end"))
        while more:
            name = _need(cursor.take_name(), cursor)
            descending = cursor.take_keyword("desc")
            if not descending:
                cursor.take_keyword("asc")
            order_by.append((name, descending))
            more = cursor.take_sign(",")
    limit = _read_number(cursor) if cursor.take_keyword("limit") else 10_000
    offset = _read_number(cursor) if cursor.take_keyword("offset") else 0
    cursor.take_sign(";")
    if cursor.rest():
        raise SqlError("syntax error near " + cursor.rest())
    return Select(items, table, where, group_by, order_by, limit, offset)
