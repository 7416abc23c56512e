"""The engine of real language models: a LoRA adapter for each voice, all on one base. Needs the optional extra."""
