"""scikit-learn's two photos (CC BY 2.0), and random pieces of them."""

from PIL import Image

FOLDER = "usr/lib/python3/dist-packages/sklearn/datasets/images"
NAMES = ["china", "flower"]


def load(sklearn):
    return [Image.open(sklearn / FOLDER / f"{name}.jpg").convert("RGB") for name in NAMES]


def whole(random, low, high):
    """An integer in [low, high]. Of Python's generator only random() is promised to stay the same between versions."""
    return low + int(random.random() * (high - low + 1))


def piece(photo, random, size, smallest):
    """A random part of the photo that is at least `smallest` pixels wide, mirrored or not, brought to the size."""
    width, height = size
    widest = min(photo.width, photo.height * width // height)
    across = whole(random, smallest, widest)
    down = across * height // width
    x, y = whole(random, 0, photo.width - across), whole(random, 0, photo.height - down)
    found = photo.resize(size, Image.BILINEAR, (x, y, x + across, y + down))
    return found.transpose(Image.FLIP_LEFT_RIGHT) if random.random() < 0.5 else found
