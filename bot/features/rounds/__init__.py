"""What a voice's feedback would become, were its next round locked now."""
