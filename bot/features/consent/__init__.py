"""The owner's agreement: asked in a direct message, given, refused, looked at, withdrawn."""
