"""algorithm: the steps of the guidance text as flow diagrams, one for each tumour."""

from pathlib import Path

from peritrace.figures.algorithm import algorithm_drawing
from peritrace.figures.output import write_drawing
from peritrace.figures.style import journal_style
from peritrace.guidance.reading import load_guidance

FORMATS = ("svg", "png", "pdf", "csv")


def algorithm(folder: Path) -> None:
    """Write a diagram for each tumour that has an algorithm; raises InputRefused when the guidance file is wrong."""
    text, _ = load_guidance()
    for tumour in text.tumours:
        if tumour.start:
            salt = f"algorithm-{tumour.id}"
            out = {suffix: folder / f"{salt}.{suffix}" for suffix in FORMATS}
            with journal_style(salt):
                drawing = algorithm_drawing(text, tumour.id)
            write_drawing(drawing, out, salt)
