"""
images.tar with 12,000 JPEG files {china,flower}/NNNNN.jpg, 640×480 and 40–60 KB each: pieces of one photo, by which the
folder is named, with smaller pieces of the other, in changing light and with grain, so that they compress as photos do.
"""

import io
import os
import tarfile
from concurrent.futures import ProcessPoolExecutor
from random import Random

from PIL import Image, ImageChops

from . import photos

COUNT, SIZE, GRAIN_SIZE = 12_000, (640, 480), (1024, 1024)
SMALLEST_FILE, LARGEST_FILE = 40_000, 60_000


def make(out, sklearn):
    with tarfile.open(out / "images.tar", "w") as tar, ProcessPoolExecutor(os.cpu_count(), initializer=load, initargs=[sklearn]) as pool:
        for name, content in pool.map(jpeg, range(COUNT), chunksize=50):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))


def load(sklearn):
    """What each process of the pool keeps: the photos, and grain of up to 8 levels around the middle."""
    global sources, grain
    levels = [120 + level * 16 // 255 for level in range(256)]
    sources = photos.load(sklearn)
    grain = Image.frombytes("L", GRAIN_SIZE, Random(0).randbytes(GRAIN_SIZE[0] * GRAIN_SIZE[1])).point(levels)


def jpeg(number):
    random = Random(number)
    photo = photos.whole(random, 0, 1)
    image = photos.piece(sources[photo], random, SIZE, smallest=320)
    for _ in range(photos.whole(random, 0, 2)):
        width = photos.whole(random, 8, 20) * 10
        inset = photos.piece(sources[1 - photo], random, (width, width * 3 // 4), smallest=200)
        image.paste(inset, (photos.whole(random, 0, SIZE[0] - inset.width), photos.whole(random, 0, SIZE[1] - inset.height)))
    # Another exposure and white balance, then a sensor's grain.
    gains = [0.75 + 0.5 * random.random() for _ in range(3)]
    image = image.point([min(255, int(level * gain)) for gain in gains for level in range(256)])
    x, y = (photos.whole(random, 0, whole - part) for whole, part in zip(GRAIN_SIZE, SIZE))
    speckles = grain.crop((x, y, x + SIZE[0], y + SIZE[1]))
    image = ImageChops.add(image, Image.merge("RGB", (speckles, speckles, speckles)), offset=-128)
    return f"{photos.NAMES[photo]}/{number:05}.jpg", encode(image)


def encode(image):
    """The first of a few qualities that gives a file of the wanted size; the nearest when none does."""
    low, high = 20, 97
    while True:
        quality = (low + high) // 2
        file = io.BytesIO()
        image.save(file, "JPEG", quality=quality)
        size = file.tell()
        if SMALLEST_FILE <= size <= LARGEST_FILE or high - low < 2:
            return file.getvalue()
        low, high = (quality, high) if size < SMALLEST_FILE else (low, quality)
