"""What a transform must give that is fitted on a column."""

import numpy

from .columns import number, numbers

FIRST = 2000  # rows of the smaller subset, on which fitting must give other values than on all


def imputed_and_standardized(frame, names):
    """Missing values become the subset's median; then (x - mean) / std with std over n, of the imputed values of the subset."""
    found = {}
    for subset, part in (("all", frame), (f"first{FIRST}", frame[:FIRST])):
        columns = {}
        for name in names:
            median = part[name].median()
            values = frame[name].fillna(median)
            fitted = values[: len(part)]
            mean, std = fitted.mean(), fitted.std(ddof=0)
            standardized = (values - mean) / std
            columns[name] = {"median": number(median), "mean": float(mean), "stdPopulation": float(std)}
            columns[name]["firstRows"] = standardized[:3].tolist()
            if frame[name].isna().any():
                rows = frame.index[frame[name].isna()]
                columns[name]["missingRows"] = rows.tolist()
                columns[name]["missingRowsBecome"] = float(standardized[rows[0]])
        found[subset] = columns
    return found


def coded(frame, names):
    """Categories sorted; a row's code is its category's place, which is also where its one-hot row has the 1."""
    found = {}
    for name in names:
        categories = sorted(frame[name].dropna().unique())
        codes = frame[name].map({category: i for i, category in enumerate(categories)})
        facts = {"firstCodes": codes[:10].tolist(), "codeSum": int(codes.sum())}
        found[name] = {"categories": categories, "width": len(categories)} | facts
    return found


def bucketed(values, shares):
    """Edges at the quantiles; a value's bucket is the number of edges that are at most it."""
    edges = [number(values.quantile(share)) for share in shares]
    buckets = numpy.searchsorted(edges, values, side="right")
    return {"edges": edges, "counts": numpy.bincount(buckets, minlength=len(edges) + 1).tolist(), "firstRows": buckets[:10].tolist()}


def windows(values, length, horizon):
    """The n values from row i on and the one `horizon` rows behind the last of them, for each i that has both."""
    count = len(values) - length - horizon + 1
    return {
        "length": length,
        "horizon": horizon,
        "count": count,
        "first": {"values": numbers(values[:length]), "target": number(values[length + horizon - 1])},
        "last": {"values": numbers(values[count - 1 : count - 1 + length]), "target": number(values[count + length + horizon - 2])},
    }


def ordinal(frame, name, order):
    codes = frame[name].map({value: i for i, value in enumerate(order)})
    return {name: {"order": order, "firstCodes": codes[:10].tolist(), "counts": numpy.bincount(codes).tolist()}}
