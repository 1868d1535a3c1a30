"""Makes one data set: make.py NAME OUT PACKAGE_ROOT...; called by tests/datasets. Standard library only, and PIL for images."""

import importlib
import sys
from pathlib import Path

# Module and function in makers/; imported by need, because only some want PIL.
MAKERS = {
    "ames": "tables.ames",
    "bench-images": "bench_images.make",
    "bench-table": "bench_table.make",
    "breast_cancer": "tables.breast_cancer",
    "churn": "tables.churn",
    "co2": "tables.co2",
    "composites": "composites.make",
    "diabetes": "tables.diabetes",
    "digits": "tables.digits",
    "en-de": "texts.en_de",
    "fashion-mnist": "images.fashion_mnist",
    "iris": "tables.iris",
    "movielens": "tables.movielens",
    "seattle-weather": "tables.seattle_weather",
    "spam": "texts.spam",
    "wine": "tables.wine",
}

if __name__ == "__main__":
    name, out, *roots = sys.argv[1:]
    module, function = MAKERS[name].split(".")
    getattr(importlib.import_module(f"makers.{module}"), function)(Path(out), *map(Path, roots))
