"""The hash behind `uniqueString`.

Azure hashes the UTF-8 bytes to 64 bits with a variant of MurmurHash3 on two lanes of 32 bits, seed 0, and writes those
as 13 letters and digits. The documentation does not describe it; the constants are those of public reimplementations,
and the tests compare with values that Azure's own tools printed.
"""

from __future__ import annotations

from typing import Final

_BITS: Final = 0xFFFFFFFF
_FIRST, _SECOND = 0xAB0E9789, 0x239B961B
_LANE: Final = 4
_BLOCK: Final = 8
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz234567"
_LENGTH: Final = 13


def unique_text(data: bytes) -> str:
    """The 13 characters that stand for some bytes."""
    number = _hash(data)
    # 64 bits in groups of five: the last character holds the four that are left.
    return "".join(_LETTERS[(number << 5 * place >> 59) & 31] for place in range(_LENGTH))


def _hash(data: bytes) -> int:
    one = two = 0
    whole = len(data) - len(data) % _BLOCK
    for start in range(0, whole, _BLOCK):
        one ^= _first(data[start : start + _LANE])
        one = (_turned(one, 19) + two) * 5 + 0x561CCD1B & _BITS
        two ^= _second(data[start + _LANE : start + _BLOCK])
        two = (_turned(two, 13) + one) * 5 + 0x0BCAA747 & _BITS
    one ^= _first(data[whole : whole + _LANE])
    two ^= _second(data[whole + _LANE :])
    two ^= len(data)
    one = (one ^ len(data)) + two & _BITS
    two = two + one & _BITS
    one, two = _mixed(one), _mixed(two)
    one = one + two & _BITS
    return (two + one & _BITS) << 32 | one


def _first(lane: bytes) -> int:
    return _turned(int.from_bytes(lane, "little") * _SECOND & _BITS, 15) * _FIRST & _BITS


def _second(lane: bytes) -> int:
    return _turned(int.from_bytes(lane, "little") * _FIRST & _BITS, 17) * _SECOND & _BITS


def _turned(number: int, by: int) -> int:
    return (number << by | number >> 32 - by) & _BITS


def _mixed(number: int) -> int:
    number = (number ^ number >> 16) * 0x85EBCA6B & _BITS
    number = (number ^ number >> 13) * 0xC2B2AE35 & _BITS
    return number ^ number >> 16
