"""Once a week a voice's channel reads how its drafts did, and whether they drifted."""
