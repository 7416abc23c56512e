"""An editor looks at ten random texts before they are paid for, each kept or left out."""
