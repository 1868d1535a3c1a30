"""
A detection set with exact boxes: tinted Fashion-MNIST items pasted, without touching each other, on pieces of two photos.
The train images take their items from Fashion-MNIST's train split, the test images from its test split.

    coco/{train,test}/*.jpg           coco/annotations/instances_{train,test}.json
    yolo/images/{train,test}/*.jpg    yolo/labels/{train,test}/*.txt    yolo/data.yaml
"""

import json
import os
from random import Random

from PIL import Image

from . import images, photos

SIZE = (320, 240)
SPLITS = [("train", "train", 400), ("test", "t10k", 100)]
MOST_ITEMS = 6
SMALLEST, LARGEST = 32, 96  # of an item's square, in pixels
INK = 32  # a grey level from which a pixel belongs to the item
LICENCE = {"id": 1, "name": "Items: Fashion-MNIST, MIT. Photos: danielbuechele and vultilion (flickr), CC BY 2.0."}


def make(out, fashion, sklearn):
    backgrounds = photos.load(sklearn)
    image_id = 0
    for number, (split, source, count) in enumerate(SPLITS):
        random = Random(number + 1)
        items = images.items(fashion, source)
        coco, yolo, labels = out / "coco" / split, out / "yolo/images" / split, out / "yolo/labels" / split
        for folder in (coco, yolo, labels, out / "coco/annotations"):
            folder.mkdir(parents=True, exist_ok=True)
        listed, annotations = [], []
        for _ in range(count):
            image_id += 1
            image, boxes = compose(backgrounds, items, random)
            name = f"{image_id:06}"
            image.save(coco / f"{name}.jpg", quality=90)
            os.link(coco / f"{name}.jpg", yolo / f"{name}.jpg")
            (labels / f"{name}.txt").write_text("".join(yolo_line(label, box) for label, box in boxes))
            listed.append({"id": image_id, "file_name": f"{name}.jpg", "width": SIZE[0], "height": SIZE[1], "license": 1})
            annotations += [coco_annotation(image_id, label, box) for label, box in boxes]
        for i, annotation in enumerate(annotations):
            annotation["id"] = i + 1
        categories = [{"id": i + 1, "name": name, "supercategory": "clothing"} for i, name in enumerate(images.CLASSES)]
        content = {"licenses": [LICENCE], "images": listed, "annotations": annotations, "categories": categories}
        (out / f"coco/annotations/instances_{split}.json").write_text(json.dumps(content, separators=(",", ":")))
    names = "".join(f"  {i}: {name}\n" for i, name in enumerate(images.CLASSES))
    (out / "yolo/data.yaml").write_text(f"path: .\ntrain: images/train\nval: images/test\nnames:\n{names}")


def compose(backgrounds, items, random):
    """An image and its boxes: (class, (x, y, width, height)) in whole pixels."""
    image = photos.piece(backgrounds[photos.whole(random, 0, 1)], random, SIZE, smallest=200)
    boxes = []
    for _ in range(photos.whole(random, 1, MOST_ITEMS)):
        pixels, label = items[photos.whole(random, 0, len(items) - 1)]
        side = photos.whole(random, SMALLEST, LARGEST)
        grey = Image.frombytes("L", (28, 28), pixels).resize((side, side), Image.BILINEAR)
        mask = grey.point([255 if level >= INK else 0 for level in range(256)])
        left, top, right, bottom = mask.getbbox()
        tint = [photos.whole(random, 120, 255) for _ in range(3)]
        x, y = photos.whole(random, 0, SIZE[0] - side), photos.whole(random, 0, SIZE[1] - side)
        box = (x + left, y + top, right - left, bottom - top)
        if any(touch(box, other) for _, other in boxes):
            continue
        item = Image.merge("RGB", [grey.point([level * share // 255 for level in range(256)]) for share in tint])
        image.paste(item, (x, y), mask)
        boxes.append((label, box))
    return image, boxes


def touch(a, b):
    return a[0] <= b[0] + b[2] and b[0] <= a[0] + a[2] and a[1] <= b[1] + b[3] and b[1] <= a[1] + a[3]


def coco_annotation(image_id, label, box):
    return {"id": 0, "image_id": image_id, "category_id": label + 1, "bbox": list(box), "area": box[2] * box[3], "iscrowd": 0}


def yolo_line(label, box):
    """The class, then centre and size as shares of the image."""
    x, y, width, height = box
    shares = ((x + width / 2) / SIZE[0], (y + height / 2) / SIZE[1], width / SIZE[0], height / SIZE[1])
    return f"{label} {' '.join(f'{share:.6f}' for share in shares)}\n"
