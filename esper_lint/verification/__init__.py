"""Two versions of a project -> for every module class whether both do the same in torch, and where they do not."""
