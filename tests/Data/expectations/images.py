"""Pictures: pixels and boxes."""

import gzip
import json

import numpy
import pandas

from .columns import counts
from .published import published


def idx(path):
    """An IDX file of bytes: two zeros, 8, the number of axes, their lengths, the bytes."""
    content = gzip.open(path).read()
    axes = content[3]
    return numpy.frombuffer(content, numpy.uint8, offset=4 + 4 * axes).reshape(numpy.frombuffer(content, ">u4", axes, 4))


def fashion_mnist(folder):
    splits = {}
    for split in ("train", "t10k"):
        pixels, labels = idx(folder / f"{split}-images-idx3-ubyte.gz"), idx(folder / f"{split}-labels-idx1-ubyte.gz")
        splits[split] = {
            "shape": list(pixels.shape),
            "perClass": numpy.bincount(labels).tolist(),
            "mean": float(pixels.mean()) / 255,
            "std": float(pixels.std()) / 255,
            "pixelSum": int(pixels.sum(dtype=numpy.int64)),
            "pixelSumPerClass": [int(pixels[labels == label].sum(dtype=numpy.int64)) for label in range(10)],
            "firstLabels": labels[:20].tolist(),
            "firstImageSums": pixels[:5].sum(axis=(1, 2), dtype=numpy.int64).tolist(),
            "levels": numpy.histogram(pixels, bins=[0, 1, 64, 128, 192, 256])[0].tolist(),
        }
    return {
        "source": "Debian dataset-fashion-mnist (Zalando Research, MIT)",
        "scale": "mean and std (over n) are of pixel / 255; levels count the pixels in [0, 1), [1, 64), [64, 128), [128, 192), [192, 256)",
        "published": published(
            ("the usual normalization of Fashion-MNIST, mean of train", 0.2860, splits["train"]["mean"]),
            ("the usual normalization of Fashion-MNIST, std of train", 0.3530, splits["train"]["std"]),
            ("Xiao and others 2017: train and test images", [60000, 10000], [splits[split]["shape"][0] for split in splits]),
        ),
        "classes": (folder / "labels.txt").read_text().splitlines(),
        "splits": splits,
    }


def composites(folder):
    splits = {}
    for split in ("train", "test"):
        coco = json.loads((folder / f"coco/annotations/instances_{split}.json").read_text())
        names = {category["id"]: category["name"] for category in coco["categories"]}
        rows = [[a["image_id"], names[a["category_id"]], *a["bbox"]] for a in coco["annotations"]]
        boxes = pandas.DataFrame(rows, columns=["image", "class", "x", "y", "width", "height"])
        same_in_yolo(folder, split, coco, boxes)
        splits[split] = {
            "images": len(coco["images"]),
            "boxes": len(boxes),
            "perClass": counts(boxes["class"]),
            "boxesPerImage": sorted(counts(boxes.groupby("image").size())),
            "area": int((boxes.width * boxes.height).sum()),
            "smallest": [int(boxes.width.min()), int(boxes.height.min())],
            "largest": [int(boxes.width.max()), int(boxes.height.max())],
            "first": [[image["file_name"], boxes[boxes.image == image["id"]].iloc[:, 1:].values.tolist()] for image in coco["images"][:3]],
        }
    return {
        "source": "items of Debian dataset-fashion-mnist on the photos of Debian python3-sklearn, by tests/Data/makers/composites.py",
        "boxes": "class, x, y, width, height in pixels; the same in coco and, to within a thousandth of a pixel, in yolo",
        "size": [320, 240],
        "splits": splits,
    }


def same_in_yolo(folder, split, coco, boxes):
    """YOLO's lines have centre and size as shares of the image."""
    for image in coco["images"]:
        shares = numpy.loadtxt(folder / "yolo/labels" / split / image["file_name"].replace(".jpg", ".txt"), ndmin=2)[:, 1:]
        centre, size = shares[:, :2] * (320, 240), shares[:, 2:] * (320, 240)
        expected = boxes[boxes.image == image["id"]][["x", "y", "width", "height"]].to_numpy()
        assert numpy.abs(numpy.hstack([centre - size / 2, size]) - expected).max() < 1e-3, image["file_name"]
