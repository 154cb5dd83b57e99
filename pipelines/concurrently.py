"""A Beam transform for work that waits (pages to fetch) or that wants its own processes (text to code)."""

from __future__ import annotations

import collections
import queue
from collections.abc import Iterable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

import apache_beam as beam
from apache_beam.pvalue import TaggedOutput
from apache_beam.utils.windowed_value import WindowedValue


class FlatMapInThreads(beam.DoFn):
    """Beam's FlatMap with up to `threads` elements at work at once within a bundle.

    Results come out as they are made, in any order, each in the window of its element, and all of them before the
    bundle ends: so a runner that repeats a bundle repeats the whole of it and nothing is lost. `buffer` results wait
    for the next transform at the most; then the threads wait. What `work` raises fails the bundle.
    """

    def __init__(self, threads: int, buffer: int) -> None:
        self._threads = threads
        self._buffer = buffer

    def work(self, element: Any) -> Iterable[Any]:
        """Runs in a thread; yields results or TaggedOutputs."""
        raise NotImplementedError

    def setup(self) -> None:
        self._executor: Executor = ThreadPoolExecutor(self._threads, thread_name_prefix=type(self).__name__)

    def start_bundle(self) -> None:
        self._results: queue.Queue | None = queue.Queue(self._buffer)
        self._running = 0

    def process(self, element, timestamp=beam.DoFn.TimestampParam, window=beam.DoFn.WindowParam):
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
        yield from self._take(until=self._threads - 1)

    def finish_bundle(self):
        yield from self._take(until=0)

    def teardown(self) -> None:
        self._results = None
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _take(self, until: int) -> Iterable[Any]:
        """What is ready; waits only while more than `until` elements are at work."""
        while self._running:
            try:
                result = self._results.get(block=self._running > until)
            except queue.Empty:
                return
            if isinstance(result, _Ended):
                self._running -= 1
                if result.problem:
                    raise result.problem
            else:
                yield result


class FlatMapFutures(beam.DoFn):
    """Beam's FlatMap over an element's future, with up to `ahead` unfinished ones under way within a bundle.

    What is done at once comes out at once, the rest in the order of the elements; each in the window of its element,
    and all before the bundle ends.
    """

    def __init__(self, ahead: int) -> None:
        self._ahead = ahead

    def submit(self, element: Any) -> Future:
        """Start the work on an element."""
        raise NotImplementedError

    def results(self, element: Any, future: Future) -> Iterable[Any]:
        """What comes of an element, in the pipeline's own thread; `future.result()` may wait, and may raise."""
        raise NotImplementedError

    def start_bundle(self) -> None:
        self._under_way: collections.deque = collections.deque()

    def process(self, element, timestamp=beam.DoFn.TimestampParam, window=beam.DoFn.WindowParam):
        future = self.submit(element)
        if future.done():
            yield from self._out(element, future, timestamp, window)
        else:
            self._under_way.append((element, future, timestamp, window))
        while self._under_way and (len(self._under_way) > self._ahead or self._under_way[0][1].done()):
            yield from self._out(*self._under_way.popleft())

    def finish_bundle(self):
        while self._under_way:
            yield from self._out(*self._under_way.popleft())

    def _out(self, element: Any, future: Future, timestamp: Any, window: Any) -> Iterable[Any]:
        for result in self.results(element, future):
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
