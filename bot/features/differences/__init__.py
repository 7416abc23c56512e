"""What changed between two versions of a voice's texts, shown to whoever asks."""
