"""
Computes what tests expect of the data sets: goldens.py DATA OUT NAME...; called by tests/datasets --goldens.
By numpy, pandas and Python's own readers, so that none of these values comes from Mesh.
"""

import json
import platform
import sys
from pathlib import Path

import numpy
import pandas

from expectations import files, images, pipelines, tables, texts

SETS = {
    "ames": tables.ames,
    "bench-table": tables.bench_table,
    "breast_cancer": tables.breast_cancer,
    "churn": tables.churn,
    "co2": tables.co2,
    "composites": images.composites,
    "diabetes": tables.diabetes,
    "digits": tables.digits,
    "en-de": texts.en_de,
    "fashion-mnist": images.fashion_mnist,
    "iris": tables.iris,
    "movielens": tables.movielens,
    "seattle-weather": tables.seattle_weather,
    "spam": texts.spam,
    "wine": tables.wine,
}
# What comes of a set by its pipeline in samples/pipelines.
SHARDS = {
    "ames": pipelines.ames,
    "churn": pipelines.churn,
    "composites": pipelines.composites,
    "en-de": pipelines.en_de,
    "fashion-mnist": pipelines.fashion_mnist,
    "movielens": pipelines.movielens,
    "seattle-weather": pipelines.seattle_weather,
    "spam": pipelines.spam,
}
COMPUTED = (
    f"tests/datasets --goldens, with Python {platform.python_version()}, numpy {numpy.__version__} and pandas {pandas.__version__}. "
    "Quantiles are of type 7 (linear between the nearest ranks); std divides by n - 1, stdPopulation by n; rows count from 0; "
    "an empty field is missing; files has the SHA-256 of each file, folders the SHA-256 over the lines 'SHA-256  path' of a folder's "
    "files, sorted by path; texts are sorted by code point."
)


def layout(value, indent=0):
    """JSON with each object or list on one line when it fits there or has no other inside, so that a change shows as a line."""
    line = json.dumps(value, ensure_ascii=False)
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    if len(line) + indent <= 160 or not any(isinstance(part, (dict, list)) for part in parts):
        return line
    pad = "\n" + " " * (indent + 2)
    if isinstance(value, dict):
        parts = [f"{json.dumps(key, ensure_ascii=False)}: {layout(part, indent + 2)}" for key, part in value.items()]
        return "{" + pad + f",{pad}".join(parts) + pad[:-2] + "}"
    return "[" + pad + f",{pad}".join(layout(part, indent + 2) for part in value) + pad[:-2] + "]"


if __name__ == "__main__":
    data, out, *names = sys.argv[1:]
    for name in names:
        if name in SETS:
            folder = Path(data) / name
            content = {"set": name, "computed": COMPUTED, **files.contents(folder), **SETS[name](folder)}
            if name in SHARDS:
                content["shards"] = SHARDS[name](folder)
            (Path(out) / f"{name}.json").write_text(layout(content) + "\n", encoding="utf-8")
            print(f"wrote {name}.json")
