"""Work at once within a bundle: nothing lost, windows kept, errors not swallowed."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import apache_beam as beam
import pytest
from apache_beam.pvalue import TaggedOutput
from apache_beam.testing.util import assert_that, equal_to
from apache_beam.transforms.window import FixedWindows, TimestampedValue

from pipelines.concurrently import FlatMapFutures, FlatMapInThreads


def pipeline():
    return beam.Pipeline(runner="FnApiRunner")


class Split(FlatMapInThreads):
    def work(self, number):
        yield number
        yield TaggedOutput("negative", -number)


class Meet(FlatMapInThreads):
    """Ends only when three elements are at work at once."""

    def prepare(self):
        super().prepare()
        self._barrier = Barrier(3, timeout=20)

    def work(self, number):
        self._barrier.wait()
        yield number


class Fail(FlatMapInThreads):
    def work(self, number):
        yield number
        raise ValueError("no such number")


class Square(FlatMapFutures):
    def prepare(self):
        super().prepare()
        self._executor = ThreadPoolExecutor(2)

    def dispose(self):
        self._executor.shutdown()

    def submit(self, number):
        return self._executor.submit(lambda: 1 // (number % 10) and number * number)

    def results(self, number, future):
        try:
            yield future.result()
        except ZeroDivisionError:
            yield TaggedOutput("refused", number)


@pytest.mark.parametrize("buffer", [1, 1000])
def test_every_result_comes_out_once_under_its_tag(buffer):
    with pipeline() as p:
        out = p | beam.Create(range(200)) | beam.ParDo(Split(4, buffer)).with_outputs("negative", main="same")
        assert_that(out.same, equal_to(list(range(200))), "same")
        assert_that(out.negative, equal_to([-n for n in range(200)]), "negative")


def test_elements_are_at_work_at_once():
    with pipeline() as p:
        assert_that(p | beam.Create([1, 2, 3]) | beam.ParDo(Meet(3, 10)), equal_to([1, 2, 3]))


def test_what_the_work_raises_fails_the_pipeline():
    with pytest.raises(Exception, match="no such number"), pipeline() as p:
        p | beam.Create(range(100)) | beam.ParDo(Fail(2, 1))


def test_futures_lose_nothing_and_hand_on_failures():
    with pipeline() as p:
        out = p | beam.Create(range(1, 101)) | beam.ParDo(Square(8)).with_outputs("refused", main="squares")
        assert_that(out.refused, equal_to(list(range(10, 101, 10))), "refused")
        assert_that(out.squares, equal_to([0 if n % 10 > 1 else n * n for n in range(1, 101) if n % 10]), "squares")


@pytest.mark.parametrize("transform", [Split(4, 100), Square(8)])
def test_each_result_stays_in_the_window_of_its_element(transform):
    with pipeline() as p:
        numbers = (
            p | beam.Create([TimestampedValue(n, n) for n in (1, 2, 3, 11, 12, 21)]) | beam.WindowInto(FixedWindows(10))
        )
        out = numbers | beam.ParDo(transform).with_outputs("negative", main="out")
        sizes = out.out | beam.CombineGlobally(beam.combiners.CountCombineFn()).without_defaults()
        assert_that(sizes, equal_to([3, 2, 1]))
