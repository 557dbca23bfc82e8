"""Questions about how the receptive field grows, with computed right and wrong answers."""

from visualizer.architecture.shapes import is_maps
from visualizer.architecture.span import HeightWidth
from visualizer.concepts.questions import Question
from visualizer.inspection.receptive_field.field_sum import FieldRow, SlidingWindow, after_window
from visualizer.words import counted

WINDOW = 3


def times(pair: HeightWidth) -> str:
    """A pair as people read it: height × width."""
    return f"{pair[0]} × {pair[1]}"


def next_question(row: FieldRow) -> Question | None:
    """How large is the field of a 3 × 3 convolution after this layer, or of a Dense layer if its output is a vector?

    None if the fields of its units differ, since there is no single answer then.
    """
    if not is_maps(row.output_shape):
        return _dense_question(row)
    if row.jump is None or row.start is None:
        return None
    right, _, _ = after_window(row.size, row.jump, row.start, SlidingWindow((WINDOW, WINDOW)))
    wrong = [
        _plus(row.size, (WINDOW - 1, WINDOW - 1)),  # the jump forgotten
        _plus(row.size, (WINDOW * row.jump[0], WINDOW * row.jump[1])),  # the window not less one
        _plus(row.size, (WINDOW, WINDOW)),
        (row.size[0] * WINDOW, row.size[1] * WINDOW),
    ]
    return _question(
        f"Here a unit's field spans {times(row.size)} pixels. How many does it span after **one more 3 × 3 "
        "convolution**?",
        right,
        wrong,
        "All units here see the same pixels, so further units add none."
        if row.jump == (0, 0)
        else f"Its window is {WINDOW} units wide, and the fields of two neighbouring units lie {_jump(row.jump)} "
        f"apart. {_added(row.size, row.jump)}",
    )


def stride_question(row: FieldRow) -> Question | None:
    """And if that convolution had stride 2? None as in `next_question`, and if all units see the same pixels."""
    if row.jump is None or row.start is None or 0 in row.jump:
        return None
    right, jump, _ = after_window(row.size, row.jump, row.start, SlidingWindow((WINDOW, WINDOW), strides=(2, 2)))
    wrong = [
        (row.size[0] + (WINDOW - 1) * jump[0], row.size[1] + (WINDOW - 1) * jump[1]),  # its own stride counted in
        (right[0] * 2, right[1] * 2),
        _plus(row.size, (WINDOW - 1, WINDOW - 1)),
    ]
    later = times((right[0] + (WINDOW - 1) * jump[0], right[1] + (WINDOW - 1) * jump[1]))
    doubled = f"But the jump doubles to {times(jump)}, so the field of a 3 × 3 layer after it would span {later}."
    if jump[0] == jump[1]:
        doubled = (
            f"But the jump doubles to {jump[0]}, so a 3 × 3 layer after it would add 2 · {jump[0]} and span {later}."
        )
    return _question(
        "And if that 3 × 3 convolution had **stride 2**: how many pixels would the fields of its units span?",
        right,
        wrong,
        f"The same {times(right)}: the stride moves the window, it does not widen it. {doubled}",
    )


def _dense_question(row: FieldRow) -> Question:
    wider = _plus(row.size, (WINDOW - 1, WINDOW - 1))
    return _question(
        "**One more Dense layer** after this one: how many pixels will the fields of its units span?",
        row.size,
        [wider, (row.size[0] * 2, row.size[1] * 2)],
        f"The same {times(row.size)}: a unit here already sees all that the last maps see, and no other pixel can "
        "reach it.",
    )


def _question(question: str, right: HeightWidth, wrong: list[HeightWidth], explanation: str) -> Question:
    others = list(dict.fromkeys(pair for pair in wrong if pair != right))[:3]
    options = {times(pair): times(pair) for pair in sorted([right, *others])}
    return Question(question, options, times(right), explanation)


def _plus(size: HeightWidth, more: HeightWidth) -> HeightWidth:
    return size[0] + more[0], size[1] + more[1]


def _jump(jump: HeightWidth) -> str:
    return counted(jump[0], "pixel") if jump[0] == jump[1] else f"{times(jump)} pixels"


def _added(size: HeightWidth, jump: HeightWidth) -> str:
    height, width = (
        f"(3 − 1) · {j}: {s} + {(WINDOW - 1) * j} = {s + (WINDOW - 1) * j}" for s, j in zip(size, jump, strict=True)
    )
    if height == width:
        return f"The two further units add {height}."
    return f"In height, the two further units add {height}. In width, they add {width}."
