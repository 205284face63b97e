"""Errors that are sentences for a person.

UserError                 something a user can understand and mend: dialog, or `error:` and exit code 2
├── LabelError            a label set or a label name does not fit
├── ImageError            a picture cannot be read
├── MaskError             a mask cannot be read or does not belong to its picture
├── ProjectError          a project folder cannot be opened, made or written
├── CheckpointError       a model file is not ours, damaged, or of other labels
├── TrainingError         training cannot start or go on
├── DisplayError          there is no screen that the window could be opened on
└── WriteError            a file cannot be written

Anything else that is raised is a bug: traceback to the log, one plain dialog.
"""

from __future__ import annotations

from enum import Enum, auto


class Remedy(Enum):
    """What a person can do about a problem, where terminal and window word it differently."""

    RESUME_TRAINING = auto()
    LARGER_BATCHES = auto()
    JOB_OPTIONS = auto()
    STOP_WATCHING = auto()
    RETRY_FAILED = auto()
    MEASURE_AGAIN = auto()


class UserError(Exception):
    """Something a user can understand and mend; its text is one or two sentences.

    Attributes:
        remedy: what to do about it, where each face has its own words for that.
    """

    def __init__(self, text: str, remedy: Remedy | None = None) -> None:
        super().__init__(text)
        self.remedy = remedy


class LabelError(UserError):
    """A label set or a label name does not fit."""


class ImageError(UserError):
    """A picture cannot be read."""


class MaskError(UserError):
    """A mask cannot be read or does not belong to its picture."""


class ProjectError(UserError):
    """A project folder cannot be opened, made or written."""


class CheckpointError(UserError):
    """A model file is not ours, damaged, or made for other labels."""


class TrainingError(UserError):
    """Training cannot start or go on."""


class DisplayError(UserError):
    """There is no screen that the window could be opened on."""


class WriteError(UserError):
    """A file cannot be written; what stood there before still stands."""
