"""What the shards of a processed dataset must hold, in few numbers."""

import hashlib

import numpy

SPLITS = ["train", "validation", "test"]
MOST_NUMBERS = 80  # of a row: for more there are sums over its last axis alone, and one row in the sample
MOST_IN_SAMPLE = 300
SIGNIFICANT = 9  # digits of numbers that were float32: more than they have


def expected(pipeline, parts, columns, exact=(), **more):
    """
    `parts` says which part each row is in, None for none, and `columns` has for each name an array of all rows.
    Where the numbers have to be exact (integers, and fractions that nothing was computed of: the columns of `exact`), the
    SHA-256 over them, row by row and little-endian, tells it.
    """
    parts = numpy.array([part or "" for part in parts])
    found = {"pipeline": pipeline, **more}
    found["columns"] = {name: [str(values.dtype), list(values.shape[1:])] for name, values in columns.items()}
    found["splits"] = {
        split: of_split({name: values[parts == split] for name, values in columns.items()}, exact) for split in SPLITS if (parts == split).any()
    }
    return found


def of_split(columns, exact):
    rows = len(next(iter(columns.values())))
    facts = {"rows": rows, "columns": {}}
    for name, values in columns.items():
        facts["columns"][name] = summary(values) | (digest(values) if name in exact or values.dtype.kind in "iu" else {})
    facts["sample"] = {str(row): sample(columns, row, every=row == rows // 2) for row in (0, rows // 2, rows - 1)}
    return facts


def sample(columns, row, every):
    return {name: flat(values[row]) for name, values in columns.items() if values[0].size <= (MOST_IN_SAMPLE if every else MOST_NUMBERS)}


def summary(values):
    """Sums over the rows by place; placed: the same with each row times its number from 1, so that the order counts."""
    table = values.reshape(len(values), -1)
    if table.dtype.kind in "iu":
        facts = {"sum": int(table.sum(dtype=numpy.int64))}
        if values.ndim == 1 and table.min() >= 0 and table.max() < 32:
            facts["counts"] = numpy.bincount(table[:, 0]).tolist()
        return facts
    table = table.astype(numpy.float64)
    if table.shape[1] > MOST_NUMBERS:
        table = table.reshape(len(values), -1, values.shape[-1]).sum(axis=1)
    return {"sums": short(table.sum(axis=0)), "placed": short((table * numpy.arange(1, len(table) + 1)[:, None]).sum(axis=0))}


def digest(values):
    return {"sha256": hashlib.sha256(numpy.ascontiguousarray(values).tobytes()).hexdigest()}


def flat(row):
    row = numpy.atleast_1d(row).ravel()
    return row.tolist() if row.dtype.kind in "iu" else short(row.astype(numpy.float64))


def short(values):
    return [int(value) if value == int(value) else float(f"{value:.{SIGNIFICANT}g}") for value in values.tolist()]
