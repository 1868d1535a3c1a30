"""Fashion-MNIST as it was published."""

import gzip
import shutil
import struct

FOLDER = "usr/share/datasets/fashion-mnist"
CLASSES = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]


def fashion_mnist(out, package):
    for split in ("train", "t10k"):
        for part in ("images-idx3", "labels-idx1"):
            shutil.copy(package / FOLDER / f"{split}-{part}-ubyte.gz", out)
    (out / "labels.txt").write_text("".join(f"{name}\n" for name in CLASSES))


def items(package, split):
    """(784 bytes of 28×28 grey pixels, class number) in file order."""
    with gzip.open(package / FOLDER / f"{split}-images-idx3-ubyte.gz") as file:
        _, count, height, width = struct.unpack(">4I", file.read(16))
        size = height * width
        pixels = file.read(count * size)
    with gzip.open(package / FOLDER / f"{split}-labels-idx1-ubyte.gz") as file:
        labels = file.read()[8:]
    return [(pixels[i * size : (i + 1) * size], labels[i]) for i in range(count)]
