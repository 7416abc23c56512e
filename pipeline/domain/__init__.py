"""The project's vocabulary: frozen values, one module per subject."""
