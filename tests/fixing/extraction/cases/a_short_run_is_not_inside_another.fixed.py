# classes: First Second Third
# expect: S2
# A short run beside a longer one is not looked for in what holds it.
import torch

LIMIT = 7


def _first_p_pair(module, left):
    """Part of the forward of First, Second and Third."""
    if module.p(left):
        left, left = module.pair(left)


def _first_left(module, left):
    """Part of the forward of First, Second and Third."""
    left, left = module.pair(left)
    left, left = module.pair(left)
    return left


def _first_note_pair(owner, left, a, right):
    """Part of the forward of First, Second and Third."""
    b = (left, 1)
    owner.note(right, a)
    left, b = owner.pair(b)
    b, left = owner.pair(a)
    return b


class First:
    def forward(self, left, a=2):
        """What it does."""
        self.total += len(repr(b))
        right = self.g(left)
        b = a
        try:
            left = left
            left = left
        except ValueError as b:
            left, left = self.pair(left)
        if self.p(left):
            _first_p_pair(self, left)
            return b
        left = _first_left(self, left)
        b = 2.5
        self.note(left, b)
        self.note(left, left)
        self.note(b, b)
        if self.p(b):
            return _first_note_pair(self, left, a, right)
        return (left, a)


class Second:
    def forward(self, a, b=2):
        c = self.g(a)
        module = b
        module, module = self.pair(module)
        try:
            a = a
            a = a
        except ValueError as module:
            a, a = self.pair(a)
        if self.p(a):
            _first_p_pair(self, a)
            return module
        a = _first_left(self, a)
        self.total += len(repr(b))
        self.note(a, c)
        self.note(a, a)
        self.note(module, module)
        if self.p(module):
            return _first_note_pair(self, a, b, c)
        return a, b


class Third:
    def forward(self, left, a=2):
        right = self.g(left)
        b = a
        try:
            left = left
            left = left
        except ValueError as b:
            left, left = self.pair(left)
        if self.p(left):
            _first_p_pair(self, left)
            return b
        left = _first_left(self, left)
        self.note(left, left)
        self.note(b, b)
        if self.p(b):
            return _first_note_pair(self, left, a, right)
        return (left, a)
