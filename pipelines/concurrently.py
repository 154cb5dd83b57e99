"""A Beam transform for work that waits (pages to fetch) or that wants its own processes (text to code).

In a bounded pipeline a bundle ends when all of its work is done. In one that never ends a single slow server would
so hold up everything else, and what is not done when a bundle ends comes out in a later one; see `linger`.
"""

from __future__ import annotations

import collections
import queue
import threading
import uuid
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from time import monotonic
from typing import Any

import apache_beam as beam
from apache_beam.pvalue import TaggedOutput
from apache_beam.utils.windowed_value import WindowedValue

TICK = None
"""An element that brings no work, and lets out what earlier ones have brought about."""


class _Lingering(beam.DoFn):
    """What both kinds have in common.

    A runner may have several copies of a transform in a process and call any of them. Where results outlast a
    bundle, the copies leave all work to the first of them, which `prepare` is called on alone, so that whichever is
    called lets out what is ready.
    """

    def __init__(self, linger: float | None) -> None:
        self._linger = linger
        self._key = uuid.uuid4().hex  # the same in every copy
        self._first: Any = None

    def prepare(self) -> None:
        """Make what the work needs; instead of Beam's `setup`."""

    def dispose(self) -> None:
        """Undo `prepare`; instead of Beam's `teardown`."""

    def setup(self) -> None:
        if self._linger is None:
            self._first = self
            self.prepare()
            return
        with _lock:
            self._first, copies = _firsts.get(self._key, (self, 0))
            if not copies:
                self.prepare()
            _firsts[self._key] = self._first, copies + 1

    def teardown(self) -> None:
        if self._first is None:  # `prepare` failed
            return
        if self._linger is None:
            self.dispose()
            return
        with _lock:
            first, copies = _firsts.pop(self._key, (None, 0))
            if copies > 1:
                _firsts[self._key] = first, copies - 1
            elif first:
                first.dispose()


_lock = threading.Lock()
_firsts: dict[str, tuple[_Lingering, int]] = {}  # by key: the copy that does the work, and how many copies there are


def dispose_of_all() -> None:
    """Undo what transforms have prepared in this process, when the pipeline that they were of is over."""
    with _lock:
        while _firsts:
            _firsts.popitem()[1][0].dispose()


class FlatMapInThreads(_Lingering):
    """Beam's FlatMap with up to `threads` elements at work at once within a bundle.

    Results come out as they are made, in any order, each in the window of its element, and all of them before the
    bundle ends: so a runner that repeats a bundle repeats the whole of it and nothing is lost. `buffer` results wait
    for the next transform at the most; then the threads wait. What `work` raises fails the bundle.

    Args:
        linger: seconds that the end of a bundle waits for results; what is late comes out in a later bundle, and a
            bundle that is repeated does not bring it again. For elements that are kept elsewhere until they are done,
            and with a TICK now and then. None: until everything is done.
    """

    def __init__(self, threads: int, buffer: int, linger: float | None = None) -> None:
        super().__init__(linger)
        self._threads = threads
        self._buffer = buffer

    def work(self, element: Any) -> Iterable[Any]:
        """Runs in a thread; yields results or TaggedOutputs."""
        raise NotImplementedError

    def prepare(self) -> None:
        self._executor: Executor = ThreadPoolExecutor(self._threads, thread_name_prefix=type(self).__name__)
        self._results: queue.Queue | None = queue.Queue(self._buffer)
        self._running = 0  # approximate where bundles overlap

    def start_bundle(self) -> None:
        if self._linger is None:
            self._results = queue.Queue(self._buffer)
            self._running = 0

    def process(self, element, timestamp=beam.DoFn.TimestampParam, window=beam.DoFn.WindowParam):
        if element is not TICK:
            self._first._start(element, timestamp, window)
        yield from self._first._take(until=self._threads - 1)

    def finish_bundle(self):
        yield from self._first._take(until=0, wait_until=monotonic() + (self._linger or 0.0))

    def dispose(self) -> None:
        self._results = None
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _start(self, element: Any, timestamp: Any, window: Any) -> None:
        results = self._results

        def put(result: Any) -> None:
            while results is self._results:  # else the bundle failed and nobody takes results any more
                try:
                    return results.put(result, timeout=1)
                except queue.Full:
                    continue
            raise _Abandoned

        def run() -> None:
            try:
                for result in self.work(element):
                    put(_in_window(result, timestamp, window))
                put(_Ended(None))
            except _Abandoned:
                pass
            except BaseException as problem:
                put(_Ended(problem))

        self._running += 1
        self._executor.submit(run)

    def _take(self, until: int, wait_until: float = 0.0) -> Iterable[Any]:
        """What is ready; waits while more than `until` elements are at work or, if lingering, until a time."""
        while self._running:
            try:
                if self._linger is None:
                    result = self._results.get(block=self._running > until)
                else:
                    left = wait_until - monotonic()
                    result = self._results.get(left > 0, left if left > 0 else None)
            except queue.Empty:
                return
            if isinstance(result, _Ended):
                self._running -= 1
                if result.problem:
                    raise result.problem
            else:
                yield result


class FlatMapFutures(_Lingering):
    """Beam's FlatMap over an element's future, with up to `ahead` unfinished ones under way within a bundle.

    What is done at once comes out at once, the rest in the order of the elements; each in the window of its element,
    and all before the bundle ends.

    Args:
        linger: as FlatMapInThreads has it; the results then come out in any order.
    """

    def __init__(self, ahead: int, linger: float | None = None) -> None:
        super().__init__(linger)
        self._ahead = ahead

    def submit(self, element: Any) -> Future:
        """Start the work on an element."""
        raise NotImplementedError

    def results(self, element: Any, future: Future) -> Iterable[Any]:
        """What comes of an element, in the pipeline's own thread; `future.result()` may wait, and may raise."""
        raise NotImplementedError

    def prepare(self) -> None:
        self._under_way: collections.deque = collections.deque()

    def start_bundle(self) -> None:
        if self._linger is None:
            self._under_way = collections.deque()

    def process(self, element, timestamp=beam.DoFn.TimestampParam, window=beam.DoFn.WindowParam):
        under_way = self._first._under_way
        if element is not TICK:
            future = self._first.submit(element)
            if future.done():
                yield from self._out(element, future, timestamp, window)
            else:
                under_way.append((element, future, timestamp, window))
        if self._linger is not None:
            yield from self._take_done()
            return
        while under_way and (len(under_way) > self._ahead or under_way[0][1].done()):
            yield from self._out(*under_way.popleft())

    def finish_bundle(self):
        under_way = self._first._under_way
        if self._linger is None:
            while under_way:
                yield from self._out(*under_way.popleft())
        else:
            wait([future for _, future, _, _ in list(under_way)], self._linger, FIRST_COMPLETED)
            yield from self._take_done()

    def _take_done(self) -> Iterable[Any]:
        under_way = self._first._under_way
        for _ in range(len(under_way)):
            try:
                element, future, timestamp, window = under_way.popleft()
            except IndexError:  # another bundle was quicker
                return
            if future.done():
                yield from self._out(element, future, timestamp, window)
            else:
                under_way.append((element, future, timestamp, window))

    def _out(self, element: Any, future: Future, timestamp: Any, window: Any) -> Iterable[Any]:
        for result in self._first.results(element, future):
            yield _in_window(result, timestamp, window)


class _Abandoned(Exception):
    pass


class _Ended:
    def __init__(self, problem: BaseException | None) -> None:
        self.problem = problem


def _in_window(result: Any, timestamp: Any, window: Any) -> Any:
    if isinstance(result, TaggedOutput):
        return TaggedOutput(result.tag, WindowedValue(result.value, timestamp, (window,)))
    return WindowedValue(result, timestamp, (window,))
