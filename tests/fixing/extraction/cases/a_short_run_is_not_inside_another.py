# classes: First Second Third
# expect: S2
# A short run beside a longer one is not looked for in what holds it.
import torch

LIMIT = 7


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
            if self.p(left):
                left, left = self.pair(left)
            return b
        left, left = self.pair(left)
        left, left = self.pair(left)
        b = 2.5
        self.note(left, b)
        self.note(left, left)
        self.note(b, b)
        if self.p(b):
            b = (left, 1)
            self.note(right, a)
            left, b = self.pair(b)
            b, left = self.pair(a)
            return b
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
            if self.p(a):
                a, a = self.pair(a)
            return module
        a, a = self.pair(a)
        a, a = self.pair(a)
        self.total += len(repr(b))
        self.note(a, c)
        self.note(a, a)
        self.note(module, module)
        if self.p(module):
            module = (a, 1)
            self.note(c, b)
            a, module = self.pair(module)
            module, a = self.pair(b)
            return module
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
            if self.p(left):
                left, left = self.pair(left)
            return b
        left, left = self.pair(left)
        left, left = self.pair(left)
        self.note(left, left)
        self.note(b, b)
        if self.p(b):
            b = (left, 1)
            self.note(right, a)
            left, b = self.pair(b)
            b, left = self.pair(a)
            return b
        return (left, a)
