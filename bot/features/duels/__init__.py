"""Two versions of a voice, judged blind and in secret: which one sounds more like the owner."""
