"""The errors a user gets to see: one plain sentence that says what happened and what to type next.

Everything else is a defect and keeps its traceback. The command line prints a `RoadmapError` on
stderr and exits with 2; the page shows the same sentence.
"""


class RoadmapError(Exception):
    """Any expected failure; its text is shown to the user as it stands."""


class InputError(RoadmapError):
    """What the user typed, or a file they named, cannot be used."""


class IndexMissing(RoadmapError):
    """No index has been built in the data directory yet."""


class IndexMismatch(RoadmapError):
    """The index was built by another schema, model or setting than the reader's."""


class IndexBusy(RoadmapError):
    """Another process is writing the index."""


class ModelUnavailable(RoadmapError):
    """An embedding model or chat model cannot be loaded."""
