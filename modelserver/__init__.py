"""A private model server that speaks OpenAI's API: files, fine-tuning jobs, models and chat completions."""
