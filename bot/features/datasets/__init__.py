"""The dataset thread: files in, cleaning report out, a fix and an undo for each finding."""
