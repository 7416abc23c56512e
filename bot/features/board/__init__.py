"""How the versions of a voice do, side by side."""
