"""Pictures with one bright rectangle each, and what marks it, in every format."""

import io
import json
from dataclasses import dataclass

import numpy as np
from PIL import Image

from tests.data.own import png

COUNT = 14
NAMES = ("cup", "pen")


@dataclass(frozen=True)
class Scene:
    """A picture with a bright rectangle; left, top, width and height are whole pixels."""

    picture: np.ndarray
    label: int
    box: tuple[int, int, int, int]

    @property
    def size(self) -> tuple[int, int]:
        return self.picture.shape[1], self.picture.shape[0]

    @property
    def shares(self) -> tuple[float, float, float, float]:
        """Of the box: left, top, width and height."""
        (left, top, wide, high), (width, height) = self.box, self.size
        return left / width, top / height, wide / width, high / height

    @property
    def mask(self) -> np.ndarray:
        mask = np.zeros(self.picture.shape[:2], np.uint8)
        left, top, wide, high = self.box
        mask[top : top + high, left : left + wide] = self.label + 1
        return mask


def scene(number: int, width: int = 80, height: int = 60) -> Scene:
    random = np.random.default_rng(number)
    wide, high = random.integers(16, 30, 2).tolist()
    left, top = int(random.integers(12, width - wide - 12)), int(random.integers(2, height - high - 2))
    picture = np.full((height, width, 3), 20, np.uint8)
    picture[top : top + high, left : left + wide] = 230
    return Scene(picture, number % len(NAMES), (left, top, wide, high))


SCENES = [scene(number) for number in range(COUNT)]
PICTURES = {f"images/{number}.png": png(each.picture) for number, each in enumerate(SCENES)}


def coco() -> dict[str, object]:
    images = [
        {"id": number, "file_name": f"{number}.png", "width": each.size[0], "height": each.size[1]}
        for number, each in enumerate(SCENES)
    ]
    annotations = [
        {"id": number, "image_id": number, "category_id": 10 + each.label, "bbox": list(each.box)}
        for number, each in enumerate(SCENES)
    ]
    categories = [{"id": 10 + label, "name": name} for label, name in enumerate(NAMES)]
    return {"images": images, "annotations": annotations, "categories": categories}


def coco_files() -> dict[str, bytes]:
    return PICTURES | {"annotations.json": json.dumps(coco()).encode()}


def voc(each: Scene) -> str:
    left, top, wide, high = each.box
    return (
        f"<annotation><filename>a.jpg</filename><size><width>{each.size[0]}</width><height>{each.size[1]}</height>"
        f"</size>\n<object><name>{NAMES[each.label]}</name><part><name>handle</name></part>"
        f"<bndbox><xmin>{left + 1}</xmin><ymin>{top + 1}</ymin><xmax>{left + wide}</xmax><ymax>{top + high}</ymax>"
        "</bndbox></object></annotation>"
    )


def voc_files() -> dict[str, bytes]:
    return PICTURES | {f"Annotations/{number}.xml": voc(each).encode() for number, each in enumerate(SCENES)}


def yolo(each: Scene) -> str:
    left, top, width, height = each.shares
    return f"{each.label} {left + width / 2:.6f} {top + height / 2:.6f} {width:.6f} {height:.6f}\n"


def yolo_files() -> dict[str, bytes]:
    texts = {f"labels/{number}.txt": yolo(each).encode() for number, each in enumerate(SCENES)}
    return PICTURES | texts | {"data.yaml": b"train: x\nnames:\n  0: cup\n  1: 'pen'\nnc: 2\n"}


def table() -> str:
    lines = [f"{number}.png,{each.box[2] / 10},{each.box[3]}" for number, each in enumerate(SCENES)]
    return "\n".join(["file,length (cm),width [mm]", *lines]) + "\n"


def table_files() -> dict[str, bytes]:
    return PICTURES | {"sizes.csv": table().encode()}


def saved(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def palette_png(mask: np.ndarray) -> bytes:
    image = Image.fromarray(mask)
    image.putpalette([0, 0, 0, 200, 0, 0, 0, 200, 0])
    return saved(image)


def colour_png(mask: np.ndarray) -> bytes:
    colours = np.array([(0, 0, 0), (255, 0, 0), (0, 0, 255)], np.uint8)
    return saved(Image.fromarray(colours[mask]))


def mask_files() -> dict[str, bytes]:
    masks = {f"masks/{number}.png": palette_png(each.mask) for number, each in enumerate(SCENES)}
    return PICTURES | masks | {"classes.txt": b"cup\npen\n"}


def colour_mask_files() -> dict[str, bytes]:
    masks = {f"masks/{number}.png": colour_png(each.mask) for number, each in enumerate(SCENES)}
    return PICTURES | masks | {"classes.txt": b"cup #FF0000\n#0000ff pen\n"}


FILES = {
    "coco": coco_files(),
    "voc": voc_files(),
    "yolo": yolo_files(),
    "table": table_files(),
    "palette": mask_files(),
    "colours": colour_mask_files(),
}
