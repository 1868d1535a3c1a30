"""
table.csv: a million orders of twelve columns. `country`, `price`, `discount` and `comment` have missing values; comments are
quoted, and hold commas, quotes, umlauts and line breaks.
"""

from datetime import datetime, timedelta
from random import Random

ROWS = 1_000_000


def make(out):
    draw = Random(20).random
    countries = ["DE", "FR", "US", "GB", "JP", "BR", "IN", "NL", "PL", ""]
    devices = ["phone", "tablet", "desktop"]
    openings = ["Arrived on time", 'Said ""new"", was not', "Good value, would buy again", "First line\nsecond line", "Größe passt"]
    endings = ["", ", thanks", "; see photo", ", but the box was open", ' (""gift"")']
    comments = [f'"{a}{b}"' for a in openings for b in endings]
    start = datetime(2024, 1, 1)
    minutes = [(start + timedelta(minutes=i)).isoformat(timespec="minutes") for i in range(366 * 24 * 60)]
    with open(out / "table.csv", "w", encoding="utf-8", newline="", buffering=1 << 20) as file:
        file.write("id,created,user,country,device,quantity,price,discount,rating,returned,score,comment\n")
        for i in range(ROWS):
            price = "" if draw() < 0.02 else f"{draw() ** 3 * 500 + 1:.2f}"
            discount = "" if draw() < 0.3 else f"{draw() * 0.5:.3f}"
            comment = "" if draw() < 0.6 else comments[int(draw() * len(comments))]
            file.write(
                f"{i},{minutes[int(draw() * len(minutes))]},{int(draw() * draw() * 50_000)},{countries[int(draw() * 10)]},"
                f"{devices[int(draw() * 3)]},{1 + int(draw() ** 4 * 20)},{price},{discount},{1 + int(draw() * 5)},"
                f"{'true' if draw() < 0.08 else 'false'},{draw() * 2 - 1:.7f},{comment}\n"
            )
