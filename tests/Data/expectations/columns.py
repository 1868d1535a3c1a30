"""What a table holds, column by column."""

import numpy
import pandas

QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95]


def read(path):
    return pandas.read_csv(path, keep_default_na=False, na_values=[""])


def number(value):
    """A whole number without a fraction, any other with all of its digits."""
    value = float(value)
    return int(value) if value.is_integer() else value


def numbers(values):
    return [number(value) for value in values]


def moments(column):
    return {"mean": float(column.mean()), "std": float(column.std()), "stdPopulation": float(column.std(ddof=0))}


def counts(column, most=None):
    """[value, count], the most frequent first, equal counts by value."""
    found = sorted(column.dropna().value_counts().items(), key=lambda item: (-item[1], item[0]))
    return [[number(value) if isinstance(value, (int, float, numpy.number)) else value, int(count)] for value, count in found[:most]]


def describe(frame):
    """Rows and columns; the one line of a column has what its type allows."""
    return {"rows": len(frame), "columns": {name: column(frame[name]) for name in frame}}


def column(values):
    facts = {"type": "text", "missing": int(values.isna().sum()), "distinct": int(values.nunique())}
    if pandas.api.types.is_bool_dtype(values):
        facts |= {"type": "boolean", "true": int(values.sum())}
    elif pandas.api.types.is_numeric_dtype(values):
        whole = bool((values.dropna() % 1 == 0).all())
        facts |= {"type": "integer" if whole else "number", "min": number(values.min()), "max": number(values.max())} | moments(values)
        facts["quantiles"] = {str(q): number(values.quantile(q, interpolation="linear")) for q in QUANTILES}
    else:
        facts |= {"min": values.dropna().min(), "max": values.dropna().max(), "longest": int(values.dropna().str.len().max())}
    if facts["distinct"] <= 30 or facts["type"] == "text":
        facts["top"] = counts(values, 5)
    return facts
