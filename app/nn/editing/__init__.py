"""Structural editing: operations on a network document, as one pure function."""

from app.nn.editing.completing import complete_document
from app.nn.editing.editor import OPERATIONS, Edited, edit_document
from app.nn.editing.operation import Operation
from app.nn.editing.schema import OPERATIONS_SCHEMA

__all__ = ["OPERATIONS", "OPERATIONS_SCHEMA", "Edited", "Operation", "complete_document", "edit_document"]
