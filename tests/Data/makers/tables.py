"""Tables, each as one CSV (RFC 4180, UTF-8, LF, a header) in which an empty field is a missing value."""

import csv
import gzip
import shutil
from pathlib import Path

from . import rdata

R_LIBRARY = "usr/lib/R/site-library"
SKLEARN = "usr/lib/python3/dist-packages/sklearn/datasets/data"


def write(path: Path, header, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def field(value):
    """The shortest text that reads back as the same number; nothing for a missing value."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return "" if value is None else value


def write_frame(path: Path, frame, columns=None):
    columns = columns or list(frame)
    write(path, columns, ([field(value) for value in row] for row in zip(*(frame[column] for column in columns))))


# --- from R --------------------------------------------------------------------------------------------------------
def ames(out, modeldata):
    write_frame(out / "ames.csv", rdata.data_frame(modeldata / R_LIBRARY / "modeldata/data/Rdata", "ames"))


def churn(out, modeldata):
    write_frame(out / "churn.csv", rdata.data_frame(modeldata / R_LIBRARY / "modeldata/data/Rdata", "wa_churn"))


def movielens(out, dslabs):
    frame = rdata.data_frame(dslabs / R_LIBRARY / "dslabs/data/Rdata", "movielens")
    write_frame(out / "ratings.csv", frame, ["userId", "movieId", "title", "year", "genres", "rating", "timestamp"])


# --- from scikit-learn ---------------------------------------------------------------------------------------------
def classes(out, name, source, features, target):
    """scikit-learn's own files begin with "rows,features,class,class,…"; the last column is the class's number."""
    with open(source, encoding="ascii", newline="") as file:
        (count, width, *names), *rows = csv.reader(file)
    if len(rows) != int(count) or len(features) != int(width):
        raise ValueError(f"{source.name} has {len(rows)} rows of {width} features")
    write(out / f"{name}.csv", [*features, target], ([*row[:-1], names[int(row[-1])]] for row in rows))


def iris(out, sklearn):
    features = ["sepal_length", "sepal_width", "petal_length", "petal_width"]
    classes(out, "iris", sklearn / SKLEARN / "iris.csv", features, "species")


def wine(out, sklearn):
    features = (
        "alcohol malic_acid ash alcalinity_of_ash magnesium total_phenols flavanoids nonflavanoid_phenols "
        "proanthocyanins color_intensity hue od280_od315_of_diluted_wines proline"
    ).split()
    classes(out, "wine", sklearn / SKLEARN / "wine_data.csv", features, "class")


def breast_cancer(out, sklearn):
    measures = "radius texture perimeter area smoothness compactness concavity concave_points symmetry fractal_dimension".split()
    features = [f"{statistic}_{measure}" for statistic in ("mean", "error", "worst") for measure in measures]
    classes(out, "breast_cancer", sklearn / SKLEARN / "breast_cancer.csv", features, "diagnosis")


def diabetes(out, sklearn):
    """Two files without headers, separated by spaces; these are the raw units, not scikit-learn's scaled ones."""
    folder = sklearn / SKLEARN
    with gzip.open(folder / "diabetes_data_raw.csv.gz", "rt") as data, gzip.open(folder / "diabetes_target.csv.gz", "rt") as target:
        rows = [[field(float(value)) for value in (*features.split(), progression)] for features, progression in zip(data, target)]
    write(out / "diabetes.csv", "age sex bmi bp s1 s2 s3 s4 s5 s6 progression".split(), rows)


def digits(out, sklearn):
    """Pixels 0–16 row by row, then the digit."""
    with gzip.open(sklearn / SKLEARN / "digits.csv.gz", "rt", newline="") as file:
        write(out / "digits.csv", [*(f"pixel_{y}_{x}" for y in range(8) for x in range(8)), "digit"], csv.reader(file))


# --- from vega-datasets, as they are -------------------------------------------------------------------------------
def seattle_weather(out, vega):
    shutil.copy(vega / "data/seattle-weather.csv", out)


def co2(out, vega):
    shutil.copy(vega / "data/co2-concentration.csv", out)
