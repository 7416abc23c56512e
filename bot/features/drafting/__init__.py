"""Text in a voice: asked for by anyone who may, written by the worker, posted under its card."""
