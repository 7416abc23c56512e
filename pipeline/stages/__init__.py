"""One pure, synchronous step of cleaning per file: texts in, marks or groups out, nothing rewritten."""
