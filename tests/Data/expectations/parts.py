"""Where a pipeline's split puts each record: "train", "validation" or "test", or None for one that is left out. Written from what docs/pipelines.md says."""

import hashlib
import struct
from decimal import Decimal

import xxhash

VALIDATION, TEST, GROUPS = 1, 2, 128  # what a draw is for
TEXT = 2  # the kind of a value in its hash


def hashed(seed, purpose, number, key):
    """The first eight bytes of SHA-256 over seed, purpose, number and a key of 128 bits, little-endian."""
    content = struct.pack("<qBq", seed, purpose, number) + key.to_bytes(16, "little")
    return int.from_bytes(hashlib.sha256(content).digest()[:8], "little")


def key_of(text):
    """XXH128 over kind and length of a text, then its UTF-16 code units."""
    units = text.encode("utf-16-le")
    return xxhash.xxh128_intdigest(struct.pack("<qq", TEXT, len(units) // 2) + units)


class Draw:
    """Takes one record out of each run of 1/share of them."""

    def __init__(self, share, purpose, seed, key):
        self.share, self.purpose, self.seed, self.key = Decimal(repr(share)), purpose, seed, key
        self.number, self.run, self.taken = -1, -1, 0

    def run_of(self, number):
        return int(number * self.share)

    def next(self):
        self.number += 1
        if not self.share:
            return False
        run = self.run_of(self.number)
        if run != self.run:
            length = 1
            while self.run_of(self.number + length) == run:
                length += 1
            self.run, self.taken = run, self.number + hashed(self.seed, self.purpose, run, self.key) % length
        return self.number == self.taken


def drawn(classes, test, validation, seed):
    """By class, of records in their order; a class None is that of all records."""
    draws, parts = {}, []
    for name in classes:
        if name not in draws:
            key = 0 if name is None else key_of(name)
            draws[name] = Draw(test, TEST, seed, key), Draw(validation, VALIDATION, seed, key)
        of_test, of_validation = draws[name]
        parts.append("test" if of_test.next() else "validation" if of_validation.next() else "train")
    return parts


def grouped(groups, test, validation, seed):
    def part(group):
        share = (hashed(seed, GROUPS, 0, key_of(group)) >> 11) / 2**53
        return "test" if share < test else "validation" if share < test + (1 - test) * validation else "train"

    return [part(group) for group in groups]


def timed(moments, test, validation):
    """The latest for testing; all records of one moment are in the part to which the nearest border puts them."""
    ordered = sorted(moments)
    tested = round(Decimal(len(ordered)) * Decimal(repr(test)))
    validated = round(Decimal(len(ordered) - tested) * Decimal(repr(validation)))

    def border(rank):
        if rank >= len(ordered):
            return None
        first = ordered.index(ordered[rank])
        return ordered[rank] if rank - first < first + ordered.count(ordered[rank]) - rank else ordered[rank] + 1

    first, second = border(len(ordered) - tested - validated), border(len(ordered) - tested)
    return ["test" if second is not None and m >= second else "validation" if first is not None and m >= first else "train" for m in moments]


def first_of_equals(records):
    """For each record the number of the first one that is equal to it."""
    firsts = {}
    return [firsts.setdefault(record, number) for number, record in enumerate(records)]


def without_repeats(records, deal):
    """Equal records but the first are left out; `deal` is given the numbers of the rest, and says their parts."""
    kept = [number for number, first in enumerate(first_of_equals(records)) if number == first]
    parts = dict(zip(kept, deal(kept)))
    return [parts.get(number) for number in range(len(records))]


def together(records, deal):
    """Equal records go where the first of them goes."""
    firsts = first_of_equals(records)
    parts = without_repeats(records, deal)
    return [parts[first] for first in firsts]
