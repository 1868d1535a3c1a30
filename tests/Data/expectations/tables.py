"""Tables: what is in them, and what transforms fitted on them must give."""

import numpy
import pandas

from .columns import column, counts, describe, moments, number, numbers, read
from .published import published

FIRST = 2000  # rows of the smaller subset, on which fitting must give other values than on all


# --- transforms ----------------------------------------------------------------------------------------------------
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
            columns[name] = {"median": number(median), "mean": float(mean), "stdPopulation": float(std), "firstRows": [float(v) for v in (values[:3] - mean) / std]}
            if frame[name].isna().any():
                rows = frame.index[frame[name].isna()]
                columns[name]["missingRows"] = rows.tolist()
                columns[name]["missingRowsBecome"] = float((median - mean) / std)
        found[subset] = columns
    return found


def coded(frame, names):
    """Categories sorted; a row's code is its category's place, which is also where its one-hot row has the 1."""
    found = {}
    for name in names:
        categories = sorted(frame[name].dropna().unique())
        codes = frame[name].map({category: i for i, category in enumerate(categories)})
        found[name] = {"categories": categories, "width": len(categories), "firstCodes": codes[:10].tolist(), "codeSum": int(codes.sum())}
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


# --- sets ----------------------------------------------------------------------------------------------------------
def table(path, source, **more):
    frame = read(path)
    return {"source": source, "tables": {path.name: describe(frame)}, **{key: make(frame) for key, make in more.items()}}


def ames(folder):
    numeric = ["Lot_Frontage", "Lot_Area", "Year_Built", "Total_Bsmt_SF", "Gr_Liv_Area", "Garage_Area", "Longitude", "Latitude"]
    categorical = ["MS_Zoning", "Neighborhood", "House_Style", "Overall_Cond", "Central_Air", "Sale_Type"]
    return table(
        folder / "ames.csv",
        "Debian r-cran-modeldata, data set ames (De Cock 2011, Journal of Statistics Education 19, 3): 2,930 houses and what they were sold for",
        published=lambda frame: published(
            ("R 4.2.2: dim(ames)", [2930, 74], frame.shape),
            ("R 4.2.2: mean(Sale_Price), sd(Sale_Price)", [180796.060068259, 79886.692356665], [frame.Sale_Price.mean(), frame.Sale_Price.std()]),
            ("R 4.2.2: quantile(Gr_Liv_Area, .95)", 2463.1, frame.Gr_Liv_Area.quantile(0.95)),
            ("R 4.2.2: table(Central_Air), N and Y", [196, 2734], frame.Central_Air.value_counts()[["N", "Y"]]),
        ),
        imputedAndStandardized=lambda frame: imputed_and_standardized(frame, numeric),
        coded=lambda frame: coded(frame, categorical),
        bucketed=lambda frame: {"Gr_Liv_Area": bucketed(frame.Gr_Liv_Area, [0.25, 0.5, 0.75])},
        log1p=lambda frame: {"Sale_Price": moments(numpy.log1p(frame.Sale_Price)) | {"firstRows": numpy.log1p(frame.Sale_Price[:3]).tolist()}},
        targetMeans=lambda frame: {"Neighborhood to Sale_Price": {k: float(v) for k, v in frame.groupby("Neighborhood").Sale_Price.mean().items()}},
    )


def churn(folder):
    numeric = ["tenure", "monthly_charges", "total_charges"]
    categorical = ["churn", "contract", "payment_method", "internet_service", "multiple_lines"]
    return table(
        folder / "churn.csv",
        "Debian r-cran-modeldata, data set wa_churn (IBM Watson Analytics): 7,043 customers of a phone company and whether they left",
        published=lambda frame: published(
            ("R 4.2.2: dim(wa_churn)", [7043, 20], frame.shape),
            ("R 4.2.2: table(churn), Yes and No", [1869, 5174], frame.churn.value_counts()[["Yes", "No"]]),
            ("R 4.2.2: sum(is.na(total_charges))", 11, frame.total_charges.isna().sum()),
            ("R 4.2.2: mean and sd of total_charges", [2283.30044084187, 2266.77136188314], [frame.total_charges.mean(), frame.total_charges.std()]),
            ("R 4.2.2: median(total_charges)", 1397.475, frame.total_charges.median()),
        ),
        imputedAndStandardized=lambda frame: imputed_and_standardized(frame, numeric),
        coded=lambda frame: coded(frame, categorical),
        ordinal=lambda frame: ordinal(frame, "contract", ["Month-to-month", "One year", "Two year"]),
        bucketed=lambda frame: {"tenure": bucketed(frame.tenure, [0.25, 0.5, 0.75])},
    )


def ordinal(frame, name, order):
    codes = frame[name].map({value: i for i, value in enumerate(order)})
    return {name: {"order": order, "firstCodes": codes[:10].tolist(), "counts": numpy.bincount(codes).tolist()}}


def movielens(folder):
    return table(
        folder / "ratings.csv",
        "Debian r-cran-dslabs, data set movielens (GroupLens, ml-latest-small of 2016): 100,004 ratings of films",
        published=lambda frame: published(
            ("R 4.2.2: dim(movielens)", [100004, 7], frame.shape),
            ("R 4.2.2: users, films, years missing", [671, 9066, 7], [frame.userId.nunique(), frame.movieId.nunique(), frame.year.isna().sum()]),
            ("R 4.2.2: mean(rating), sd(rating)", [3.54360825566977, 1.05806410910704], [frame.rating.mean(), frame.rating.std()]),
        ),
        ids=lambda frame: {name: identifiers(frame[name]) for name in ("userId", "movieId")},
        leaveLastOut=leave_last_out,
        genres=lambda frame: {"separator": "|", "perRating": counts(frame.genres.str.split("|").explode())},
        timestamps=lambda frame: {"first": pandas.to_datetime(frame.timestamp[:3], unit="s").dt.strftime("%Y-%m-%dT%H:%M:%SZ").tolist()},
    )


def identifiers(column):
    """Ids in ascending order get the indices 0, 1, 2, …"""
    ids = sorted(column.unique())
    places = {value: i for i, value in enumerate(ids)}
    return {"count": len(ids), "firstIds": numbers(ids[:10]), "lastIds": numbers(ids[-3:]), "firstRows": [places[value] for value in column[:10]]}


def leave_last_out(frame):
    """The test row of a user is the one with the greatest timestamp, of several the one with the greatest movieId."""
    last = frame.sort_values(["userId", "timestamp", "movieId"]).groupby("userId").tail(1)
    train = frame.drop(last.index)
    error = numpy.sqrt(((last.rating - train.rating.mean()) ** 2).mean())
    return {
        "train": len(train),
        "test": len(last),
        "testMovieIdSum": int(last.movieId.sum()),
        "testRatingMean": float(last.rating.mean()),
        "firstTestRows": last[["userId", "movieId", "rating"]][:5].apply(numbers, axis=1).tolist(),
        "testFilmsNotInTrain": int((~last.movieId.isin(train.movieId)).sum()),
        "usersWithATie": int((frame.timestamp == frame.groupby("userId").timestamp.transform("max")).groupby(frame.userId).sum().gt(1).sum()),
        "rmseOfTheTrainMean": float(error),
    }


def seattle_weather(folder):
    return table(
        folder / "seattle-weather.csv",
        "npm vega-datasets 3.2.1, seattle-weather.csv (NOAA): each day of 2012 to 2015",
        windows=lambda frame: {"temp_max": [windows(frame.temp_max.to_numpy(), *shape) for shape in ((7, 1), (7, 7), (14, 1), (28, 1))]},
        dates=lambda frame: calendar(pandas.to_datetime(frame.date)),
        lags=lambda frame: {"temp_max": {str(k): float(frame.temp_max.autocorr(k)) for k in (1, 7, 365)}},
        persistence=lambda frame: {"temp_max, tomorrow is as today: RMSE": float(numpy.sqrt((frame.temp_max.diff() ** 2).mean()))},
    )


def co2(folder):
    return table(
        folder / "co2-concentration.csv",
        "npm vega-datasets 3.2.1, co2-concentration.csv (Scripps, Mauna Loa): monthly, in parts per million",
        windows=lambda frame: {"CO2": [windows(frame.CO2.to_numpy(), *shape) for shape in ((12, 1), (24, 12))]},
        dates=lambda frame: calendar(pandas.to_datetime(frame.Date)),
    )


def calendar(dates):
    """Weekdays count from Monday = 0."""
    return {
        "first": str(dates.iloc[0].date()),
        "last": str(dates.iloc[-1].date()),
        "distinct": int(dates.nunique()),
        "perYear": [[int(year), int(count)] for year, count in dates.dt.year.value_counts().sort_index().items()],
        "firstWeekdays": dates[:7].dt.weekday.tolist(),
        "daysBetween": counts(dates.diff().dt.days),
    }


def digits(folder):
    def by_digit(frame):
        sums = frame.drop(columns="digit").sum(axis=1)
        return {str(digit): {"rows": int(group.count()), "pixelSum": int(group.sum())} for digit, group in sums.groupby(frame.digit)}

    found = table(
        folder / "digits.csv",
        "Debian python3-sklearn, digits.csv.gz (UCI, Alpaydin and Kaynak 1998): 8×8 pixels of 0 to 16",
        published=lambda frame: published(("scikit-learn, load_digits: samples, features, classes", [1797, 64, 10], [len(frame), len(frame.columns) - 1, frame.digit.nunique()])),
        byDigit=by_digit,
        pixels=lambda frame: column(pandas.Series(frame.drop(columns="digit").to_numpy().ravel())),
        coded=lambda frame: {"firstDigits": frame.digit[:20].tolist()},
    )
    found["tables"]["digits.csv"]["columns"] = {"digit": found["tables"]["digits.csv"]["columns"]["digit"]}
    return found


def classified(name, target, source, per_class, **more):
    def make(folder):
        return table(
            folder / f"{name}.csv",
            f"Debian python3-sklearn, {source}",
            published=lambda frame: published(
                (f"scikit-learn's description: rows per {target}", per_class, frame[target].value_counts().sort_index()),
                *((f"scikit-learn's description: {fact} of each feature", said, frame.drop(columns=target).agg(fact)) for fact, said in more.items()),
            ),
            coded=lambda frame: coded(frame, [target]),
            imputedAndStandardized=lambda frame: {"all": imputed_and_standardized(frame, [c for c in frame if c != target])["all"]},
        )

    return make


iris = classified("iris", "species", "iris.csv (Fisher 1936)", [50, 50, 50], min=[4.3, 2.0, 1.0, 0.1], max=[7.9, 4.4, 6.9, 2.5])
wine = classified(
    "wine", "class", "wine_data.csv (UCI, Forina 1991)", [59, 71, 48], std=[0.8, 1.12, 0.27, 3.3, 14.3, 0.63, 1.00, 0.12, 0.57, 2.3, 0.23, 0.71, 315]
)
breast_cancer = classified("breast_cancer", "diagnosis", "breast_cancer.csv (UCI, Wolberg 1995)", [357, 212])


def diabetes(folder):
    return table(
        folder / "diabetes.csv",
        "Debian python3-sklearn, diabetes_data_raw.csv.gz (Efron and others 2004, Least Angle Regression), in raw units",
        published=lambda frame: published(
            ("scikit-learn, load_diabetes: samples, features", [442, 10], [len(frame), len(frame.columns) - 1]),
            ("scikit-learn, load_diabetes: least and greatest target", [25, 346], [frame.progression.min(), frame.progression.max()]),
        ),
        imputedAndStandardized=lambda frame: {"all": imputed_and_standardized(frame, [c for c in frame if c != "progression"])["all"]},
    )


def bench_table(folder):
    return table(folder / "table.csv", "tests/Data/makers/bench_table.py")
