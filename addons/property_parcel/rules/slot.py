# SPDX-License-Identifier: LGPL-3.0-or-later
"""Which place a parcel is put into: locker first, then the emptiest shelf that fits (PAR-09)."""

from collections.abc import Iterable
from dataclasses import dataclass

SIZES = ("small", "medium", "large", "huge")


@dataclass(frozen=True)
class Place:
    """A shelf, a locker cell or a piece of floor.

    :param size: largest parcel that fits, of ``SIZES``
    :param capacity: parcels that fit at once; 0 counts as endless
    :param load: parcels in it now
    :param neighbour: it holds a parcel of the same unit or person
    """

    key: int
    kind: str
    size: str
    capacity: int = 1
    load: int = 0
    usable: bool = True
    indoor: bool = True
    neighbour: bool = False
    sequence: int = 10


def rank(size: str) -> int:
    """Return how large a size is."""
    return SIZES.index(size)


def has_room(place: Place) -> bool:
    """Tell whether one more parcel goes in."""
    return place.usable and (place.capacity == 0 or place.load < place.capacity)


def propose(places: Iterable[Place], size: str, *, lockers: bool = True, outdoor: bool = False):
    """Return the best place, or None when nothing fits.

    Locker cells come first, the smallest that fits. Among shelves: where a parcel of the same
    unit lies, then the smallest fitting size, then the least part taken.

    :param lockers: locker cells may be used
    :param outdoor: places in the open may be used (PAR-07)
    """
    need = rank(size)
    best = None
    for place in places:
        if not has_room(place) or rank(place.size) < need or not (place.indoor or outdoor):
            continue
        locker = place.kind == "locker"
        if locker and not lockers:
            continue
        taken = 0 if place.capacity == 0 else place.load * 1000 // place.capacity
        key = (
            not locker,
            not place.neighbour,
            rank(place.size) - need,
            taken if place.capacity else place.load,
            place.sequence,
            place.key,
        )
        if best is None or key < best[0]:
            best = (key, place)
    return best[1] if best else None
