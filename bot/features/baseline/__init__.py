"""Plain prompting first: few-shot drafts judged blind against real posts, before anybody pays for training."""
