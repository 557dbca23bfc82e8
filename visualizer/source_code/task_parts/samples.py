"""Pictures that a network made, saved at the end of a script."""

SAMPLES = 16
_ENLARGED = 8  # times as wide and high, in the file

# `row` has the pictures side by side, (H, all their widths, C) in [0, 1]; wants PIL's Image.
SAVED = f"""\
row = (255 * row).round().astype("uint8").repeat({_ENLARGED}, axis=0).repeat({_ENLARGED}, axis=1)
Image.fromarray(row.squeeze()).save("samples.png")
print("There are samples in samples.png.")
"""
