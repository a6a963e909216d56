"""Lays out the picture of where documents go: one lane a region, boxes in three columns, arrows between them.

Deterministic and small: accounts stand left, stores in the middle, everything else right. Places whose documents leave
their region come first, so that what a full lane has no room for is what stays at home; how much that is, is said.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from auditor.report.report import Place, Residency
from auditor.report.wording import STATUS_MARKS, plural, visible, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from auditor.report.report import Edge

WIDTH: Final = 1080
_COLUMNS: Final = {"account": 14, "store": 413, "elsewhere": 812}
_BOX: Final = (254, 38)
_PITCH: Final = 50
_HEAD: Final = 34
_GAP: Final = 10
_MOST: Final = 12
_THICKET: Final = 60
_TOLD: Final = 5
_LETTERS: Final = 33
_NOUNS: Final = {"account": "account", "store": "store", "elsewhere": "other place"}
_NOTES: Final = {"account": "Document Intelligence", "store": "storage", "elsewhere": "copy"}


@dataclass(frozen=True, slots=True)
class Box:
    """A place, or a note on how many places had no room (`place` is None)."""

    x: float
    y: float
    label: str
    note: str
    title: str
    kind: str
    place: Place | None

    @property
    def middle(self) -> float:
        """Half-way down."""
        return self.y + _BOX[1] / 2


@dataclass(frozen=True, slots=True)
class Arrow:
    """All edges between two places. `leaves` is None where it is not known; the label stands where it starts."""

    path: str
    carries: str
    leaves: bool | None
    title: str
    label: str
    label_x: float
    label_y: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Lane:
    """The strip of one region; `region` is None for places whose region was not read."""

    region: str | None
    y: float
    height: float
    sends: int
    takes: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything that the template draws; `hidden` is the number of places that had no room.

    `merged` tells that places of one kind and region stand together.
    """

    height: float
    lanes: tuple[Lane, ...]
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    hidden: int
    merged: bool
    width: float = WIDTH
    box: tuple[int, int] = _BOX


def draw(residency: Residency) -> Drawing:
    """Lay the picture out."""
    places = {place.id.lower(): place for place in residency.places}
    joined = _join(residency.edges, places)
    merged = len(joined) > _THICKET
    if merged:
        residency = _merged(residency)
        places = {place.id.lower(): place for place in residency.places}
        joined = _join(residency.edges, places)
    telling = {key for pair, edges in joined.items() if _leaves(edges) is not False for key in pair}
    notes = _notes(joined, places)
    rank = _ranks(places, joined, telling)
    lanes: list[Lane] = []
    boxes: list[Box] = []
    hidden, top = 0, 0.0
    for region in sorted({place.region for place in places.values()}, key=lambda name: (name is None, name or "")):
        inside = sorted((key for key, place in places.items() if place.region == region), key=rank.__getitem__)
        rows = 0
        for kind in _COLUMNS:
            column = [places[key] for key in inside if places[key].kind == kind]
            drawn, left_out = _column(kind, column, notes, top)
            boxes.extend(drawn)
            rows, hidden = max(rows, len(drawn)), hidden + left_out
        height = _HEAD + rows * _PITCH
        sends, takes = (_crossing(joined, places, region, end) for end in (0, 1))
        lanes.append(Lane(region and short(region, 3 * _LETTERS), top, height, sends, takes))
        top += height + _GAP
    return Drawing(max(top - _GAP, 0), tuple(lanes), tuple(boxes), _arrows(joined, boxes), hidden, merged)


def _merged(residency: Residency) -> Residency:
    """The places of one kind and region as one, with all their ways."""
    alike: defaultdict[tuple[str, str | None], list[Place]] = defaultdict(list)
    for place in residency.places:
        alike[place.kind, place.region].append(place)
    stands_in: dict[str, Place] = {}
    for (kind, region), places in alike.items():
        name = plural(len(places), _NOUNS[kind])
        failing = tuple(dict.fromkeys(rule for place in places for rule in place.failing))
        merged = replace(places[0], id=f"{name} in {region or '?'}", name=name, failing=failing)
        one = places[0] if len(places) == 1 else merged
        stands_in |= {place.id.lower(): one for place in places}
    edges = [
        replace(edge, source=stands_in[edge.source.lower()].id, target=stands_in[edge.target.lower()].id)
        for edge in residency.edges
        if {edge.source.lower(), edge.target.lower()} <= stands_in.keys()
    ]
    return Residency(tuple(dict.fromkeys(stands_in.values())), tuple(edges))


def _notes(joined: Mapping[tuple[str, str], list[Edge]], places: Mapping[str, Place]) -> dict[str, str]:
    """What the other places are, as the ways that lead to them tell."""
    ways: defaultdict[str, set[str]] = defaultdict(set)
    for (_, target), edges in joined.items():
        if places[target].kind == "elsewhere":
            ways[target].update(words(edge.via) for edge in edges)
    return {target: ", ".join(sorted(found)) for target, found in ways.items()}


def short(text: str, letters: int) -> str:
    """A text with its middle left out where it is too long for its place: heads and tails tell names apart."""
    text = visible(text)
    return text if len(text) <= letters else f"{text[: letters - 12]}…{text[-11:]}"


def _join(edges: Iterable[Edge], places: Mapping[str, Place]) -> dict[tuple[str, str], list[Edge]]:
    """Edges by the pair of places that they connect; those that lead to no known place are in the table only."""
    joined: defaultdict[tuple[str, str], list[Edge]] = defaultdict(list)
    for edge in edges:
        pair = (edge.source.lower(), edge.target.lower())
        if pair[0] != pair[1] and pair[0] in places and pair[1] in places:
            joined[pair].append(edge)
    return dict(joined)


def _leaves(edges: Sequence[Edge]) -> bool | None:
    """Whether any of them leaves the region; None when that is not known of one and no other does."""
    answers = {edge.leaves_region for edge in edges}
    return True if True in answers else None if None in answers else False


def _ranks(
    places: Mapping[str, Place], joined: Mapping[tuple[str, str], list[Edge]], telling: set[str]
) -> dict[str, tuple[bool, float, str, str]]:
    """An order in which neighbours stand at about the same height, so that few arrows cross."""
    by_name = sorted(places, key=lambda key: (key not in telling, places[key].name.lower(), key))
    stores = {key: number for number, key in enumerate(key for key in by_name if places[key].kind == "store")}
    heights: defaultdict[str, list[int]] = defaultdict(list)
    for source, target in joined:
        for one, other in ((source, target), (target, source)):
            if other in stores:
                heights[one].append(stores[other])
    ranks = {}
    for key, place in places.items():
        near = heights[key]
        height = stores[key] if key in stores else sum(near) / len(near) if near else len(stores)
        ranks[key] = (key not in telling, height, place.name.lower(), key)
    return ranks


def _column(kind: str, places: Sequence[Place], notes: Mapping[str, str], top: float) -> tuple[list[Box], int]:
    """The boxes of one column in one lane, and how many places had no room."""
    x = _COLUMNS[kind]
    fits = len(places) if len(places) <= _MOST else _MOST - 1
    boxes = []
    for row, place in enumerate(places[:fits]):
        note = short(_judged(notes.get(place.id.lower(), _NOTES[kind]), place), _LETTERS + 6)
        title = f"{place.id}: fails {', '.join(place.failing)}" if place.failing else place.id
        boxes.append(Box(x, top + _HEAD + row * _PITCH, short(place.name, _LETTERS), note, title, kind, place))
    left_out = len(places) - fits
    if left_out:
        label = f"and {plural(left_out, f'more {_NOUNS[kind]}')}"
        boxes.append(Box(x, top + _HEAD + fits * _PITCH, label, "in the table below", label, "more", None))
    return boxes, left_out


def _judged(note: str, place: Place) -> str:
    """What a place is, and how many rules it fails."""
    if not place.failing:
        return note
    return f"{STATUS_MARKS['fail']} {len(place.failing)} {'rule fails' if len(place.failing) == 1 else 'rules fail'}, {note}"


def _crossing(
    joined: Mapping[tuple[str, str], list[Edge]], places: Mapping[str, Place], region: str | None, end: int
) -> int:
    """How many ways that leave their region start (0) or end (1) in this one."""
    crossing = [edges for pair, edges in joined.items() if places[pair[end]].region == region]
    return sum(edge.leaves_region is True for edges in crossing for edge in edges)


def _arrows(joined: Mapping[tuple[str, str], list[Edge]], boxes: Sequence[Box]) -> tuple[Arrow, ...]:
    """An arrow for each pair of which both boxes are drawn; those that leave the region come last, and lie on top."""
    drawn = {box.place.id.lower(): box for box in boxes if box.place is not None}
    pairs = [pair for pair in joined if pair[0] in drawn and pair[1] in drawn]
    ports = _ports(pairs, drawn)
    labelled: set[str] = set()
    ordered = sorted(pairs, key=lambda pair: (_leaves(joined[pair]) is not False, pair[1], ports[pair][1], pair))
    return tuple(_arrow(joined[pair], drawn[pair[0]], drawn[pair[1]], ports[pair], labelled) for pair in ordered)


def _ports(pairs: Sequence[tuple[str, str]], drawn: Mapping[str, Box]) -> dict[tuple[str, str], tuple[float, float]]:
    """At which height each arrow starts and ends, so that arrows at one side of a box do not lie on each other."""
    sides: defaultdict[tuple[str, bool], list[tuple[float, tuple[str, str], int]]] = defaultdict(list)
    for pair in pairs:
        for end in (0, 1):
            own, other = drawn[pair[end]], drawn[pair[1 - end]]
            sides[pair[end], other.x >= own.x].append((other.y, pair, end))
    heights: dict[tuple[str, str], list[float]] = {pair: [0.0, 0.0] for pair in pairs}
    for (key, _), ends in sides.items():
        step = min(9.0, (_BOX[1] - 10) / len(ends))
        for place, (_, pair, end) in enumerate(sorted(ends)):
            heights[pair][end] = drawn[key].middle + (place - (len(ends) - 1) / 2) * step
    return {pair: (start, stop) for pair, (start, stop) in heights.items()}


def _arrow(edges: Sequence[Edge], source: Box, target: Box, ports: tuple[float, float], labelled: set[str]) -> Arrow:
    width = _BOX[0]
    start, stop = ports
    right = target.x >= source.x
    x1 = source.x + (width if right else 0)
    x2 = target.x + (width if target.x <= source.x else 0)
    away, outside = (1 if right else -1), (1 if target.x <= source.x else -1)
    bend = 62 if source.x != target.x else 46
    tip = x2 + outside * 5
    path = f"M{x1:g} {start:g}C{x1 + away * bend:g} {start:g} {tip + outside * bend:g} {stop:g} {tip:g} {stop:g}"
    leaves = _leaves(edges)
    side = f"{source.title} {right}"
    label = "" if leaves is False or side in labelled else " and ".join(sorted({edge.carries for edge in edges}))
    labelled.update([side] if label else [])
    told = dict.fromkeys(edge.words for edge in edges[:_TOLD])
    if len(edges) > _TOLD:
        told[f"and {len(edges) - _TOLD} more"] = None
    return Arrow(
        path,
        "documents" if any(edge.carries == "documents" for edge in edges) else edges[0].carries,
        leaves,
        "; ".join(told),
        f"{label}?" if label and leaves is None else label,
        x1 + away * 10,
        start + (15 if stop < start else -6),
        "start" if right else "end",
    )
