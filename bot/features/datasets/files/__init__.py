"""Files of a dataset: reading them, and what people know better about columns, speakers and what belongs."""
