"""esper-lint finds copy-pasted PyTorch modules and says exactly how the copies differ."""

__version__ = "0.1.0"
