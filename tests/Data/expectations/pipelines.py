"""What comes of the data sets by the pipelines of samples/pipelines, computed without Mesh."""

import csv
import json
import re
import unicodedata
import zipfile
from pathlib import Path

import numpy
import pandas
import xxhash
from PIL import Image

from . import bpe, parts
from .columns import read
from .images import idx
from .shards import expected

SAMPLES = Path(__file__).resolve().parents[3] / "samples"
WHITE = re.compile("[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
CONTROL = {code: None for code in [*range(0x20), *range(0x7F, 0xA0)] if not WHITE.match(chr(code))}


# --- of the training rows --------------------------------------------------------------------------------------------
def standardized(values, train):
    return (values - values[train].mean()) / values[train].std(ddof=0)


def one_hot(values, categories):
    return numpy.array([[value == category for category in categories] for value in values], numpy.float64)


def seen(values, train):
    return sorted(set(values[train].dropna()))


def index(values, names):
    places = {name: i for i, name in enumerate(names)}
    return values.map(places).to_numpy(numpy.int64)


def vector(*columns):
    return numpy.column_stack(columns).astype(numpy.float32)


# --- tables ----------------------------------------------------------------------------------------------------------
def churn(folder):
    frame = read(folder / "churn.csv")
    texts = pandas.read_csv(folder / "churn.csv", dtype=str, keep_default_na=False)
    plain = ["female", "senior_citizen", "partner", "dependents", "paperless_billing"]
    numeric = ["tenure", "monthly_charges", "total_charges"]
    categories = ["multiple_lines", "internet_service", "online_security", "tech_support", "payment_method"]
    used = list(texts[[*plain, *numeric, "contract", *categories]].itertuples(index=False, name=None))
    dealt = parts.together(used, lambda kept: parts.drawn(frame.churn[kept], test=0.2, validation=0.1, seed=1))
    train = numpy.array(dealt) == "train"
    total = frame.total_charges.fillna(frame.total_charges[train].median())
    numbers = [frame.tenure, frame.monthly_charges, numpy.log1p(total)]
    features = vector(
        frame[plain],
        *(standardized(column, train) for column in numbers),
        index(frame.contract, ["Month-to-month", "One year", "Two year"]),
        *(one_hot(frame[name], seen(frame[name], train)) for name in categories),
    )
    columns = {"features": features, "contract_x_payment_method": crossed(frame, ["contract", "payment_method"], 32), "label": index(frame.churn, ["No", "Yes"])}
    return expected("tabular-churn", dealt, columns, classes={"label": ["No", "Yes"]}, duplicates=len(used) - len(set(used)))


def crossed(frame, names, buckets):
    """XXH64 of the hashes of the texts' UTF-8, little-endian, modulo the buckets."""

    def bucket(row):
        hashes = b"".join(xxhash.xxh64_intdigest(value.encode()).to_bytes(8, "little") for value in row)
        return xxhash.xxh64_intdigest(hashes) % buckets

    return numpy.array([bucket(row) for row in frame[names].itertuples(index=False, name=None)], numpy.int64)


def ames(folder):
    frame = read(folder / "ames.csv")
    numeric = "Lot_Frontage Lot_Area Year_Built Year_Remod_Add Total_Bsmt_SF Gr_Liv_Area Full_Bath TotRms_AbvGrd Garage_Area Longitude Latitude".split()
    conditions = "Very_Poor Poor Fair Below_Average Average Above_Average Good Very_Good Excellent Very_Excellent".split()
    dealt = parts.drawn([None] * len(frame), test=0.2, validation=0.1, seed=1)
    train = numpy.array(dealt) == "train"
    numbers = frame[numeric].astype(float).assign(Lot_Area=numpy.log1p(frame.Lot_Area), Gr_Liv_Area=numpy.log1p(frame.Gr_Liv_Area))
    features = vector(
        *(standardized(numbers[name], train) for name in numeric),
        index(frame.Overall_Cond, conditions),
        *(one_hot(frame[name], seen(frame[name], train)) for name in ("Neighborhood", "House_Style", "Mas_Vnr_Type")),
        one_hot(frame.Mo_Sold, range(1, 13)),
    )
    return expected("regression-ames", dealt, {"features": features, "target": numpy.log(frame.Sale_Price).to_numpy(numpy.float32)}, duplicates=0)


def movielens(folder):
    frame = read(folder / "ratings.csv")
    dealt = parts.timed(frame.timestamp.tolist(), test=0.1, validation=0.1)
    train = numpy.array(dealt) == "train"

    def indices(values):
        known = {value: i + 1 for i, value in enumerate(sorted(set(values[train])))}
        return values.map(known).fillna(0).to_numpy(numpy.int64)

    lists = frame.genres.str.split("|")
    genres = sorted(set(lists[train].explode()))
    columns = {
        "user": indices(frame.userId),
        "item": indices(frame.movieId),
        "genres": numpy.array([[genre in row for genre in genres] for row in lists], numpy.float32),
        "rating": frame.rating.to_numpy(numpy.float32),
    }
    return expected("recommender-movielens", dealt, columns, exact=["genres", "rating"], classes={"genres": genres}, duplicates=0)


def seattle_weather(folder):
    frame = read(folder / "seattle-weather.csv")
    dates = pandas.to_datetime(frame.date)
    dealt = numpy.array(parts.timed(dates.astype("int64").tolist(), test=0.2, validation=0.1))
    train = dealt == "train"
    turn = 2 * numpy.pi * (dates.dt.dayofyear - 1) / numpy.where(dates.dt.is_leap_year, 366, 365)
    numbers = [numpy.log1p(frame.precipitation), frame.temp_max, frame.temp_min, frame.wind]
    features = vector(numpy.sin(turn), numpy.cos(turn), *(standardized(column, train) for column in numbers), one_hot(frame.weather, ["rain", "snow"]))
    targets = frame.temp_max.to_numpy(numpy.float32)
    windows, ahead, parts_of_rows = [], [], []
    for split in ("train", "validation", "test"):
        days = numpy.flatnonzero(dealt == split)
        for start in days[: len(days) - 28 - 7 + 1]:
            windows.append(features[start : start + 28])
            ahead.append(targets[start + 28 : start + 35])
            parts_of_rows.append(split)
    columns = {"window": numpy.array(windows), "target": numpy.array(ahead)}
    return expected("forecast-seattle-weather", parts_of_rows, columns, exact=["target"], duplicates=0)


# --- texts -----------------------------------------------------------------------------------------------------------
def normalized(text, form):
    """Control characters go, then the form, then runs of white space become one space."""
    return WHITE.sub(" ", unicodedata.normalize(form, text.translate(CONTROL))).strip(" ")


def lowered(text):
    """By Unicode's simple mapping: a capital whose small letter is several characters stays."""
    return "".join(character.lower() if len(character.lower()) == 1 else character for character in text)


def rows_of(texts, encoder, length, around=()):
    """Ids, and how many of them there are, in rows that are filled up with 0."""
    ids = numpy.zeros((len(texts), length), numpy.int32)
    lengths = numpy.zeros(len(texts), numpy.int32)
    for row, text in enumerate(texts):
        found = encoder.text(text, length - len(around))
        found = [around[0], *found, around[1]] if around else found
        ids[row, : len(found)], lengths[row] = found, len(found)
    return ids, lengths


def vocabulary(column, tokens, merges, texts, dealt):
    """With how the text of the last test row begins."""
    last = max(number for number, part in enumerate(dealt) if part == "test")
    merges = [" ".join(merge) for merge in merges]
    facts = {"tokens": len(tokens), "merges": len(merges), "firstMerges": merges[:8], "lastMerges": merges[-4:]}
    return facts | {"column": column, "lastTestText": texts[last][:100]}


def spam(folder):
    with zipfile.ZipFile(folder / "spam.zip") as zipped:
        names = zipped.namelist()
        mails = [zipped.read(name).decode("latin-1") for name in names]
    labels = pandas.Series([name.split("/")[0] for name in names])
    kinds = ["ham", "spam"]
    dealt = parts.without_repeats(mails, lambda kept: parts.drawn(labels[kept], test=0.2, validation=0.1, seed=1))
    texts = [lowered(normalized(mail, "NFKC")) for mail in mails]
    tokens, merges = bpe.train([text for text, part in zip(texts, dealt) if part == "train"], size=4000 - 2)
    ids, lengths = rows_of(texts, bpe.Encoder(tokens, merges, first=2), 256)
    columns = {"tokens": ids, "length": lengths, "label": index(labels.str.extract("(ham|spam)", expand=False), kinds)}
    return expected(
        "text-classification-spam", dealt, columns, classes={"label": kinds}, duplicates=len(mails) - len(set(mails)), vocabularies={"tokenize": vocabulary("tokens", tokens, merges, texts, dealt)}
    )


def en_de(folder):
    with open(folder / "pairs.tsv", encoding="utf-8", newline="") as file:
        pairs = [(row[0], row[1]) for row in list(csv.reader(file, delimiter="\t"))[1:]]
    dealt = parts.without_repeats(pairs, lambda kept: parts.grouped([pairs[i][0] for i in kept], test=0.1, validation=0.1, seed=1))
    columns, vocabularies = {}, {}
    for place, (column, step, size) in enumerate([("source", "english", 2000), ("target", "german", 3000)]):
        texts = [normalized(pair[place], "NFC") for pair in pairs]
        tokens, merges = bpe.train([text for text, part in zip(texts, dealt) if part == "train"], size=size - 4)
        ids, lengths = rows_of(texts, bpe.Encoder(tokens, merges, first=4), 64, around=(2, 3))
        columns[column] = ids
        columns[f"{column}_mask"] = (numpy.arange(64) < lengths[:, None]).astype(numpy.uint8)
        vocabularies[step] = vocabulary(column, tokens, merges, texts, dealt)
    columns = {name: columns[name] for name in ("source", "source_mask", "target", "target_mask")}
    return expected("translation-en-de", dealt, columns, duplicates=len(pairs) - len(set(pairs)), vocabularies=vocabularies)


# --- images ----------------------------------------------------------------------------------------------------------
def fashion_mnist(folder):
    names = (folder / "labels.txt").read_text().splitlines()

    def shards(source):
        pixels, classes = zip(*(
            (idx(source / f"{split}-images-idx3-ubyte.gz"), idx(source / f"{split}-labels-idx1-ubyte.gz")) for split in ("t10k", "train")
        ))
        tests = len(pixels[0])
        pixels, classes = numpy.concatenate(pixels), numpy.concatenate(classes).astype(numpy.int64)

        def deal(kept):
            later = [i for i in kept if i >= tests]
            return ["test"] * (len(kept) - len(later)) + parts.drawn([names[classes[i]] for i in later], test=0, validation=0.1, seed=1)

        images = [image.tobytes() for image in pixels]
        dealt = parts.without_repeats(images, deal)
        train = pixels[numpy.array(dealt) == "train"] / 255
        measured = {"mean": float(train.mean()), "std": float(train.std())}
        columns = {"image": pixels[:, None], "label": classes}
        return expected("images-fashion-mnist", dealt, columns, classes={"label": names}, duplicates=len(images) - len(set(images)), normalize=measured)

    return {"sample": shards(SAMPLES / "fashion-mnist"), "full": shards(folder)}


def composites(folder):
    """Boxes are exact. Pixels are not: resized by PIL, so the means of blocks of 40×40 pixels are near to each other."""
    rows, boxes, blocks, own = [], [], [], []
    for split in ("test", "train"):
        coco = json.loads((folder / f"coco/annotations/instances_{split}.json").read_text())
        names = {category["id"]: category["name"] for category in coco["categories"]}
        classes = [names[category] for category in sorted(names)]
        for image in coco["images"]:
            found = numpy.full((8, 5), -1.0)
            for row, box in enumerate(a for a in coco["annotations"] if a["image_id"] == image["id"]):
                x, y, width, height = box["bbox"]
                found[row] = [classes.index(names[box["category_id"]]), (x + width / 2) / 320, (20 + (y + height / 2) / 2) / 160, width / 320, height / 320]
            boxes.append(found)
            with Image.open(folder / "coco" / split / image["file_name"]) as picture:
                whole = Image.new("RGB", (160, 160))
                whole.paste(picture.convert("RGB").resize((160, 120), Image.BILINEAR), (0, 20))
            planes = numpy.asarray(whole).transpose(2, 0, 1).reshape(3, 4, 40, 4, 40)
            blocks.append(planes.mean(axis=(2, 4)))
            own.append(split)
    drawn = iter(parts.drawn([None] * own.count("train"), test=0, validation=0.1, seed=1))
    dealt = ["test" if split == "test" else next(drawn) for split in own]
    columns = {"boxes": numpy.array(boxes, numpy.float32), "blocks": numpy.array(blocks, numpy.float32)}
    return expected("detection-composites", dealt, columns, classes={"boxes": classes}, duplicates=0)
