"""Tables: what is in them, and what transforms fitted on them must give."""

import numpy
import pandas

from .columns import column, counts, describe, moments, number, numbers, read
from .published import published
from .transforms import bucketed, coded, imputed_and_standardized, ordinal, windows


def table(path, source, **more):
    frame = read(path)
    return {"source": source, "tables": {path.name: describe(frame)}} | {key: make(frame) for key, make in more.items()}


def ames(folder):
    numeric = ["Lot_Frontage", "Lot_Area", "Year_Built", "Total_Bsmt_SF", "Gr_Liv_Area", "Garage_Area", "Longitude", "Latitude"]
    categorical = ["MS_Zoning", "Neighborhood", "House_Style", "Overall_Cond", "Central_Air", "Sale_Type"]
    return table(
        folder / "ames.csv",
        "Debian r-cran-modeldata, data set ames (De Cock 2011, Journal of Statistics Education 19, 3): houses and their prices",
        published=lambda frame: published(
            ("R 4.2.2: dim(ames)", [2930, 74], frame.shape),
            ("R 4.2.2: mean(Sale_Price)", 180796.060068259, frame.Sale_Price.mean()),
            ("R 4.2.2: sd(Sale_Price)", 79886.692356665, frame.Sale_Price.std()),
            ("R 4.2.2: quantile(Gr_Liv_Area, .95)", 2463.1, frame.Gr_Liv_Area.quantile(0.95)),
            ("R 4.2.2: table(Central_Air), N and Y", [196, 2734], frame.Central_Air.value_counts()[["N", "Y"]]),
        ),
        imputedAndStandardized=lambda frame: imputed_and_standardized(frame, numeric),
        coded=lambda frame: coded(frame, categorical),
        bucketed=lambda frame: {"Gr_Liv_Area": bucketed(frame.Gr_Liv_Area, [0.25, 0.5, 0.75])},
        log1p=lambda frame: {"Sale_Price": logarithm(frame.Sale_Price)},
        targetMeans=lambda frame: {"Neighborhood to Sale_Price": frame.groupby("Neighborhood").Sale_Price.mean().to_dict()},
    )


def logarithm(values):
    logged = numpy.log1p(values)
    return moments(logged) | {"firstRows": logged[:3].tolist()}


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
            ("R 4.2.2: mean(total_charges, na.rm=TRUE)", 2283.30044084187, frame.total_charges.mean()),
            ("R 4.2.2: sd(total_charges, na.rm=TRUE)", 2266.77136188314, frame.total_charges.std()),
            ("R 4.2.2: median(total_charges)", 1397.475, frame.total_charges.median()),
        ),
        imputedAndStandardized=lambda frame: imputed_and_standardized(frame, numeric),
        coded=lambda frame: coded(frame, categorical),
        ordinal=lambda frame: ordinal(frame, "contract", ["Month-to-month", "One year", "Two year"]),
        bucketed=lambda frame: {"tenure": bucketed(frame.tenure, [0.25, 0.5, 0.75])},
    )


def movielens(folder):
    return table(
        folder / "ratings.csv",
        "Debian r-cran-dslabs, data set movielens (GroupLens, ml-latest-small of 2016): 100,004 ratings of films",
        published=lambda frame: published(
            ("R 4.2.2: dim(movielens)", [100004, 7], frame.shape),
            ("R 4.2.2: users and films", [671, 9066], [frame.userId.nunique(), frame.movieId.nunique()]),
            ("R 4.2.2: sum(is.na(year))", 7, frame.year.isna().sum()),
            ("R 4.2.2: mean(rating)", 3.54360825566977, frame.rating.mean()),
            ("R 4.2.2: sd(rating)", 1.05806410910704, frame.rating.std()),
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
    first_rows = [places[value] for value in column[:10]]
    return {"count": len(ids), "firstIds": numbers(ids[:10]), "lastIds": numbers(ids[-3:]), "firstRows": first_rows}


def leave_last_out(frame):
    """The test row of a user is the one with the greatest timestamp, of several the one with the greatest movieId."""
    last = frame.sort_values(["userId", "timestamp", "movieId"]).groupby("userId").tail(1)
    train = frame.drop(last.index)
    last_of_its_user = frame.timestamp == frame.groupby("userId").timestamp.transform("max")
    error = numpy.sqrt(((last.rating - train.rating.mean()) ** 2).mean())
    return {
        "train": len(train),
        "test": len(last),
        "testMovieIdSum": int(last.movieId.sum()),
        "testRatingMean": float(last.rating.mean()),
        "firstTestRows": last[["userId", "movieId", "rating"]][:5].apply(numbers, axis=1).tolist(),
        "testFilmsNotInTrain": int((~last.movieId.isin(train.movieId)).sum()),
        "usersWithATie": int(last_of_its_user.groupby(frame.userId).sum().gt(1).sum()),
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
        published=lambda frame: published(
            ("scikit-learn, load_digits: samples, features", [1797, 64], frame.drop(columns="digit").shape),
            ("scikit-learn, load_digits: classes", 10, frame.digit.nunique()),
        ),
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
                *((f"scikit-learn's description: {fact} of the features", said, features(frame).agg(fact)) for fact, said in more.items()),
            ),
            coded=lambda frame: coded(frame, [target]),
            imputedAndStandardized=lambda frame: {"all": imputed_and_standardized(frame, list(features(frame)))["all"]},
        )

    def features(frame):
        return frame.drop(columns=target)

    return make


WINE_STD = [0.8, 1.12, 0.27, 3.3, 14.3, 0.63, 1.00, 0.12, 0.57, 2.3, 0.23, 0.71, 315]
iris = classified("iris", "species", "iris.csv (Fisher 1936)", [50, 50, 50], min=[4.3, 2.0, 1.0, 0.1], max=[7.9, 4.4, 6.9, 2.5])
wine = classified("wine", "class", "wine_data.csv (UCI, Forina 1991)", [59, 71, 48], std=WINE_STD)
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
