"""
Reads a data frame out of an R package's lazy-load database (data/Rdata.rdx and .rdb), so that R itself, 26 MB and its
libraries, is not needed. The formats are those of "R Internals", 1.8 (serialization, XDR) and R's makeLazyLoad.R.
"""

import bz2
import gzip
import lzma
import struct
import zlib
from pathlib import Path

NA_INTEGER = -(2**31)
NA_REAL_LOW_WORD = 1954  # R's NA is a NaN with this payload

# Types as they are written in the flags of an item.
SYMBOL, PAIRLIST, CHARS, LOGICALS, INTEGERS, REALS, STRINGS, LIST = 1, 2, 9, 10, 13, 14, 16, 19
ALTERNATIVE, NIL, REFERENCE = 238, 254, 255


class RDataError(Exception):
    """The bytes are not what this reader knows."""


class Vector:
    """Values (None where R has NA) with R's attributes, such as names, levels and class."""

    def __init__(self, values, attributes=None):
        self.values = values
        self.attributes = attributes or {}

    def named(self):
        return dict(zip(self.attributes["names"].values, self.values))


def data_frame(database: Path, name: str):
    """The columns of a data frame, in its order: name → values. Factors come as their labels, NA as None."""
    index = _Reader(gzip.decompress(database.with_suffix(".rdx").read_bytes())).read().named()
    variables = index["variables"].named()
    if name not in variables:
        raise RDataError(f"{database.name} has no {name}, only {', '.join(sorted(variables))}")
    offset, length = variables[name].values
    with open(database.with_suffix(".rdb"), "rb") as rdb:
        rdb.seek(offset)
        frame = _Reader(_decompress(rdb.read(length))).read()
    if "data.frame" not in frame.attributes["class"].values:
        raise RDataError(f"{name} is no data frame")
    return {column: _labels(vector) for column, vector in frame.named().items()}


def _labels(vector):
    levels = vector.attributes.get("levels")
    return vector.values if levels is None else [None if code is None else levels.values[code - 1] for code in vector.values]


def _decompress(chunk):
    """Four bytes of length, then zlib; or a letter that says what else it is."""
    (size,) = struct.unpack_from(">I", chunk)
    kind, body = chunk[4:5], chunk[5:]
    if kind == b"Z":
        content = lzma.decompress(body, lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA2, "preset": 6}])
    elif kind == b"2":
        content = bz2.decompress(body)
    elif kind == b"0":
        content = body
    else:
        content = zlib.decompress(chunk[4:])
    if len(content) != size:
        raise RDataError(f"a chunk of {size} bytes unpacks to {len(content)}")
    return content


class _Reader:
    def __init__(self, content):
        self.content = content
        self.at = 0
        self.references = []  # symbols, to which later items point back
        if self.take(2) != b"X\n":
            raise RDataError("not R's XDR serialization")
        version, _, _ = self.integers(3)
        if version == 3:
            self.take(self.integer())  # the writer's encoding; each string says its own
        elif version != 2:
            raise RDataError(f"serialization version {version}")

    def take(self, count):
        if count < 0 or self.at + count > len(self.content):
            raise RDataError("the serialization ends early")
        self.at += count
        return self.content[self.at - count : self.at]

    def integers(self, count):
        return struct.unpack(f">{count}i", self.take(4 * count))

    def integer(self):
        return self.integers(1)[0]

    def read(self):
        flags = self.integer()
        kind, has_attributes = flags & 0xFF, flags & 0x200
        if kind == NIL:
            return None
        if kind == REFERENCE:
            return self.references[(flags >> 8 or self.integer()) - 1]
        if kind == SYMBOL:
            self.references.append(self.read())
            return self.references[-1]
        if kind == CHARS:
            return self.chars(flags >> 12)
        if kind == PAIRLIST:
            return self.pairs(flags)
        if kind == ALTERNATIVE:
            return self.alternative()
        vector = Vector(self.values(kind))
        if has_attributes:
            vector.attributes = self.read()
        return vector

    def values(self, kind):
        count = self.integer()
        if kind in (INTEGERS, LOGICALS):
            return [None if value == NA_INTEGER else value for value in self.integers(count)]
        if kind == REALS:
            return [self.real(self.take(8)) for _ in range(count)]
        if kind in (STRINGS, LIST):
            return [self.read() for _ in range(count)]
        raise RDataError(f"an item of type {kind}")

    @staticmethod
    def real(word):
        (value,) = struct.unpack(">d", word)
        return None if value != value and struct.unpack_from(">I", word, 4)[0] == NA_REAL_LOW_WORD else value

    def chars(self, levels):
        length = self.integer()
        return None if length == -1 else self.take(length).decode("latin-1" if levels & 4 else "utf-8")

    def pairs(self, flags):
        """A pairlist as a dictionary; only those with tags and without attributes occur here."""
        found = {}
        while flags & 0xFF == PAIRLIST:
            if flags & 0x200:
                self.read()
            tag = self.read() if flags & 0x400 else len(found)
            found[tag] = self.read()
            flags = self.integer()
        if flags & 0xFF != NIL:
            raise RDataError("a pairlist without an end")
        return found

    def alternative(self):
        """R's compact forms. Row names, which nobody asks for, are the only ones here: a sequence as (count, first, step)."""
        name = next(iter(self.read().values()))
        state, attributes = self.read(), self.read()
        if name not in ("compact_intseq", "compact_realseq"):
            raise RDataError(f"an alternative representation {name}")
        count, first, step = state.values
        return Vector([first + step * i for i in range(int(count))], attributes)
