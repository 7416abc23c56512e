"""Model providers, prices and token counting."""
