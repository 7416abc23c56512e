"""One reader per file format: bytes in, Documents out, lazily. Start at reading.read_file."""
