"""The labels that a drawing types by hand."""

import ast
import re


def typed_labels(code: str) -> list[str]:
    """Return the labels that a cell types as plain text, if it types several; one cannot be swapped."""
    tree = ast.parse(re.sub(r"(?m)^(\s*)[%!].*$", r"\1pass", code))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    drawing = [call for call in calls if getattr(call.func, "attr", "") != "explore"]  # its label is an axis
    labels = [word.value for call in drawing for word in call.keywords if word.arg == "label"]
    typed = [str(label.value) for label in labels if isinstance(label, ast.Constant)]
    return typed if len(typed) > 1 else []
