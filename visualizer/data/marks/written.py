"""Marked pictures as a ZIP in the formats that `recognized` reads."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal

from PIL import Image

from visualizer.data.marks.marks import Kind, OwnPicture, classes_of

MarkFormat = Literal["yolo", "coco", "masks"]

_DECIMALS = 6
_Writer = Callable[[Mapping[str, OwnPicture], tuple[str, ...]], Iterator[tuple[str, str | bytes]]]


def zipped_marks(pictures: Sequence[OwnPicture], mark_format: MarkFormat) -> bytes:
    """A ZIP of these pictures as PNG and what is marked in them; a picture without such marks is left out.

    Args:
        pictures: At most 128 pixels on the longer side, as they were read.
        mark_format: "yolo" or "coco" for boxes; "masks" for PNGs in which each number is a class.
    """
    kind, write = _WRITERS[mark_format]
    used = {f"{place:04}": each for place, each in enumerate((one for one in pictures if one.has(kind)), start=1)}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, each in used.items():
            archive.writestr(f"images/{name}.png", _png(Image.fromarray(each.picture)))
        for name, data in write(used, classes_of(used.values(), kind)):
            archive.writestr(name, data)
    return buffer.getvalue()


def _yolo(pictures: Mapping[str, OwnPicture], names: tuple[str, ...]) -> Iterator[tuple[str, str | bytes]]:
    for stem, each in pictures.items():
        lines = []
        for box in each.marks.boxes:
            numbers = [f"{number:.{_DECIMALS}f}" for number in box.centered]
            lines.append(" ".join([str(names.index(box.class_name)), *numbers]))
        yield f"labels/{stem}.txt", "\n".join(lines) + "\n"
    yield "classes.txt", "\n".join(names) + "\n"


def _coco(pictures: Mapping[str, OwnPicture], names: tuple[str, ...]) -> Iterator[tuple[str, str | bytes]]:
    images: list[dict[str, object]] = []
    annotations: list[dict[str, object]] = []
    for number, (stem, each) in enumerate(pictures.items(), start=1):
        height, width = each.picture.shape[:2]
        images.append({"id": number, "file_name": f"{stem}.png", "width": width, "height": height})
        for box in each.marks.boxes:
            bbox = [box.left * width, box.top * height, box.width * width, box.height * height]
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": number,
                    "category_id": names.index(box.class_name) + 1,
                    "bbox": [round(value, _DECIMALS) for value in bbox],
                    "area": round(bbox[2] * bbox[3], _DECIMALS),
                    "iscrowd": 0,
                }
            )
    categories = [{"id": number, "name": name} for number, name in enumerate(names, start=1)]
    content = {"images": images, "annotations": annotations, "categories": categories}
    yield "annotations.json", json.dumps(content, ensure_ascii=False, indent=1)


def _masks(pictures: Mapping[str, OwnPicture], names: tuple[str, ...]) -> Iterator[tuple[str, str | bytes]]:
    for stem, each in pictures.items():
        mask = each.marks.mask
        if mask is not None:
            image = Image.fromarray(mask.numbered(names))
            image.putpalette([0, 0, 0, *_COLOURS * (1 + len(names) * 3 // len(_COLOURS))][: 3 * 256])
            yield f"masks/{stem}.png", _png(image)
    # In such a list, "#ff0000" would be a colour.
    yield "classes.txt", "\n".join(name.replace("#", "") for name in names) + "\n"


# The first ones of pictures of masks in this app: for those who open the PNG elsewhere.
_COLOURS = [0, 114, 178, 230, 159, 0, 204, 121, 167, 0, 158, 115, 240, 228, 66, 86, 180, 233, 213, 94, 0]
_WRITERS: dict[MarkFormat, tuple[Kind, _Writer]] = {
    "yolo": ("boxes", _yolo),
    "coco": ("boxes", _coco),
    "masks": ("mask", _masks),
}


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
