"""Beam as the command line meets it: only options that exist, and a failure as one line instead of a traceback."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Callable, Sequence

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.runner import PipelineResult

from schemas.failures import Failure

LOCAL = frozenset({"FnApiRunner", "DirectRunner", "BundleBasedDirectRunner"})  # that have no options but Beam's

_STEP = r" \[while running '[^']*'\]"  # what Beam adds to a transform's exception
_FAILURE = re.compile(rf"Failure: (\w+)(?:{_STEP})?: (.+)")


def pipeline_options(runner: str, given: Sequence[str]) -> PipelineOptions:
    """Beam's options from a command line. Runners other than the local ones may take options that Beam doesn't know.

    Raises:
        Failure: "bad_option", for an option that nobody knows or whose value doesn't fit.
    """
    if given and not given[0].startswith("--"):
        raise Failure("bad_option", f"{given[0]!r} is no option; see --help")
    told = io.StringIO()
    try:
        with contextlib.redirect_stderr(told):
            options = PipelineOptions([f"--runner={runner}", *given])
            unknown = (
                options.get_all_options(retain_unknown_options=True).keys()
                - PipelineOptions([]).get_all_options().keys()
            )
    except SystemExit:  # argparse has said why under two pages of usage
        raise Failure("bad_option", told.getvalue().strip().rpartition("error: ")[2]) from None
    if unknown and runner in LOCAL:
        names = ", ".join(f"--{name}" for name in sorted(unknown))
        raise Failure("bad_option", f"neither this command nor {runner} knows {names}; see --help")
    return options


def run_pipeline(build: Callable[[beam.Pipeline], None], options: PipelineOptions) -> PipelineResult:
    """Build a pipeline, run it, and wait for its end.

    Raises:
        Failure: "bad_runner", or what a transform raised, on whatever runner.
        KeyboardInterrupt: also where a transform was interrupted, which Beam tells as its failure.
    """
    try:
        pipeline = beam.Pipeline(options=options)
    except ValueError as problem:
        raise Failure("bad_runner", str(problem)) from problem
    try:
        build(pipeline)
        result = pipeline.run()
        result.wait_until_finish()
        return result
    except Failure as problem:
        raise Failure(re.sub(_STEP, "", problem.cause), problem.detail) from problem
    except Exception as problem:
        if re.match(rf"KeyboardInterrupt{_STEP}", str(problem)):
            raise KeyboardInterrupt from problem
        told = _FAILURE.findall(str(problem))
        if not told:
            raise
        raise Failure(*told[-1]) from problem
