"""One file per noun; each class satisfies the Protocol of the same name in pipeline.ports over one session."""
