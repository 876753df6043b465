"""Example PyTorch code that esper-lint is shown on and tested with."""
