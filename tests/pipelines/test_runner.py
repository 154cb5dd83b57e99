"""Options for Beam's runners, and what is made of how a pipeline ended."""

from __future__ import annotations

import pytest
from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions

from pipelines.runner import CANCELLED, FLINK, FLINK_STREAMING, failure_told, pipeline_options


def _interval(options: PipelineOptions) -> int:
    return int(options.get_all_options(retain_unknown_options=True)["checkpointing_interval"])


def test_a_pipeline_that_never_ends_gets_checkpoints_on_flink():
    options = pipeline_options(FLINK, [], streaming=True)
    assert options.view_as(StandardOptions).streaming
    assert _interval(options) == FLINK_STREAMING["--checkpointing_interval"]


def test_given_checkpoints_hold():
    options = pipeline_options(FLINK, ["--checkpointing_interval=500"], streaming=True)
    assert _interval(options) == 500


@pytest.mark.parametrize("runner", [FLINK, "PrismRunner"])
def test_one_that_ends_gets_none(runner):
    options = pipeline_options(runner, []).get_all_options(retain_unknown_options=True)
    assert "checkpointing_interval" not in options
    assert not options["streaming"]


@pytest.mark.parametrize(
    "told, cause",
    [
        ("Pipeline watch_1 failed in state CANCELLED: unknown error", CANCELLED),
        ("Pipeline watch_1 failed in state FAILED: org.apache.flink…JobCancellationException: Job was…", CANCELLED),
        ("Pipeline watch_1 failed in state FAILED: java.io.IOException: Insufficient number of…", "runner_failed"),
        ("schemas.failures.Failure: archive_full [while running 'Fetch']: no space left", "archive_full"),
    ],
)
def test_how_a_job_ended(told, cause):
    assert failure_told(RuntimeError(told)).cause == cause


def test_what_nobody_knows_is_no_failure():
    assert failure_told(RuntimeError("a bug of ours")) is None
