"""The algorithm of one tumour as a flow diagram: a box for each step, from the first one down."""

from peritrace.figures.flow import FlowNode, flow_drawing
from peritrace.figures.output import Drawing
from peritrace.guidance.model import Guidance, Step
from peritrace.words import in_sentence


def algorithm_drawing(text: Guidance, tumour: str) -> Drawing:
    """Draw the steps; a step to which several lead hangs from the first of them, the text beside it names all."""
    steps = text.steps_of(tumour)
    title = f"{text.tumour(tumour).label}: steps of the guidance text"
    return flow_drawing(title, [_node(step, steps) for step in steps])


def _node(step: Step, steps: list[Step]) -> FlowNode:
    for other in steps:
        for following in other.next:
            if following.to == step.id:
                condition = f"If {following.if_}: " if following.if_ else ""
                title = in_sentence(step.title) if condition else step.title
                return FlowNode(step.id, other.id, f"{condition}{title}. {step.action}", "", "fits")
    return FlowNode(step.id, "", f"{step.title}. {step.action}", "", "fits")
