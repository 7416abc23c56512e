"""The core: reads writing, cleans it, makes examples; knows no Slack and no database."""
