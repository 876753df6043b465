"""A control-flow graph of events on local variables, and the two analyses on it.

Textbook data flow (Aho, Lam, Sethi and Ullman, *Compilers*, 9.2): liveness backwards, definite assignment forwards,
each to its fixed point, with sets as the bits of integers.
"""

from __future__ import annotations

from enum import Enum, auto


class Event(Enum):
    NOTHING = auto()
    READ = auto()
    BIND = auto()
    UNBIND = auto()  # ``del``: fails where it is not bound
    DROP = auto()  # what happens to the name of an exception
    WORK = auto()  # anything that can raise


_RAISING = frozenset({Event.READ, Event.UNBIND, Event.WORK})
_UNBINDING = frozenset({Event.UNBIND, Event.DROP})


class Graph:
    """Nodes are numbered from 0, which is the end of the function, however it is reached."""

    def __init__(self) -> None:
        self.events: list[Event] = [Event.NOTHING]
        self.names: list[str] = [""]
        self.follows: list[list[int]] = [[]]
        self.raises_to: list[int | None] = [None]
        self._bits: dict[str, int] = {}

    def add(self, event: Event = Event.NOTHING, name: str = "", raises_to: int = 0) -> int:
        """A new node; where it can raise, the exception goes to ``raises_to``, and the event has not happened."""
        self.events.append(event)
        self.names.append(name)
        self.follows.append([])
        self.raises_to.append(raises_to if event in _RAISING else None)
        return len(self.events) - 1

    def connect(self, start: int, end: int) -> None:
        self.follows[start].append(end)

    def bit(self, name: str) -> int:
        return self._bits.setdefault(name, 1 << len(self._bits))

    def names_in(self, bits: int) -> set[str]:
        return {name for name, bit in self._bits.items() if bits & bit}

    def reached(self, start: int) -> set[int]:
        """Every node on a way from ``start``, by exceptions too."""
        found, waiting = {start}, [start]
        while waiting:
            node = waiting.pop()
            for after in self._successors(node):
                if after not in found:
                    found.add(after)
                    waiting.append(after)
        return found

    def live(self) -> list[int]:
        """For every node, what may still be read before it is bound anew."""
        live = [0] * len(self.events)
        before = self._predecessors()
        waiting, queued = list(range(len(live))), [True] * len(live)
        while waiting:
            node = waiting.pop()
            queued[node] = False
            if node == 0:
                continue
            event, bits = self.events[node], 0
            for after in self.follows[node]:
                bits |= live[after]
            if event in (Event.BIND, Event.DROP):
                bits &= ~self.bit(self.names[node])
            elif event in (Event.READ, Event.UNBIND):
                bits |= self.bit(self.names[node])
            handler = self.raises_to[node]
            if handler is not None:
                bits |= live[handler]
            if bits != live[node]:
                live[node] = bits
                for earlier in before[node]:
                    if not queued[earlier]:
                        queued[earlier] = True
                        waiting.append(earlier)
        return live

    def surely_bound(self, start: int, at_start: frozenset[str]) -> list[int]:
        """For every node, what is bound whenever it is reached; everything, where it never is."""
        everything = -1
        bound = [everything] * len(self.events)
        bound[start] = sum(self.bit(name) for name in at_start)
        waiting = [start]
        visited = {start}
        while waiting:
            node = waiting.pop()
            event, bits = self.events[node], bound[node]
            handler = self.raises_to[node]
            flows = [] if handler is None else [(handler, bits)]
            if event is Event.BIND:
                bits |= self.bit(self.names[node])
            elif event in _UNBINDING:
                bits &= ~self.bit(self.names[node])
            flows.extend((after, bits) for after in self.follows[node])
            for after, arriving in flows:
                met = bound[after] & arriving
                if met != bound[after] or after not in visited:
                    bound[after] = met
                    visited.add(after)
                    waiting.append(after)
        return bound

    def _successors(self, node: int) -> list[int]:
        handler = self.raises_to[node]
        return self.follows[node] if handler is None else [*self.follows[node], handler]

    def _predecessors(self) -> list[list[int]]:
        found: list[list[int]] = [[] for _ in self.events]
        for node in range(len(self.events)):
            for after in self._successors(node):
                found[after].append(node)
        return found
