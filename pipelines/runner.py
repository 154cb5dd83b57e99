"""Beam as the command line meets it: only options that exist, and a failure as one line instead of a traceback."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Callable, Iterator, Sequence
from uuid import uuid4

import apache_beam as beam
from apache_beam.options.pipeline_options import (
    FlinkRunnerOptions,
    GoogleCloudOptions,
    PipelineOptions,
    PortableOptions,
    StandardOptions,
)
from apache_beam.runners.runner import PipelineResult

from connectors.flink import rest
from connectors.settings import Settings
from schemas.failures import Failure

LOCAL = frozenset({"FnApiRunner", "DirectRunner", "BundleBasedDirectRunner"})  # that have no options but Beam's
FLINK = "FlinkRunner"
FLINK_STREAMING = {  # for a pipeline that never ends, where its options don't say; in milliseconds
    "--checkpointing_interval": 10_000,
    "--max_bundle_time_mills": 200,  # else what one step has made can wait there for long
}
CANCELLED = "job_cancelled"  # cause of the failure when somebody ended the job on its cluster
FLINK_WORKERS_KEPT = 30_000  # milliseconds after their last use

_STEP = r" \[while running '[^']*'\]"  # what Beam adds to a transform's exception
_ENDED = re.compile(r"Pipeline \S+ failed in state (?P<state>\w+)")
_FAILURE = re.compile(rf"Failure: (\w+)(?:{_STEP})?: (.+)")


def pipeline_options(runner: str, given: Sequence[str], *, streaming: bool = False) -> PipelineOptions:
    """Beam's options from a command line. Runners other than the local ones may take options that Beam doesn't know.

    A pipeline that never ends (`streaming`) gets checkpoints and short bundles on Flink, unless the options say how.

    Raises:
        Failure: "bad_option", for an option that nobody knows or whose value doesn't fit.
    """
    if given and not given[0].startswith("--"):
        raise Failure("bad_option", f"{given[0]!r} is no option; see --help")
    if streaming:
        given = ["--streaming", *given]
        if runner == FLINK:
            said = {word.partition("=")[0] for word in given}
            given = [*(f"{name}={value}" for name, value in FLINK_STREAMING.items() if name not in said), *given]
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
        Failure: "bad_runner", what a transform raised, on whatever runner, or what `failure_told` finds.
        KeyboardInterrupt: also where a transform was interrupted, which Beam tells as its failure.
    """
    with prepared(options):
        return _run(build, options)


@contextlib.contextmanager
def prepared(options: PipelineOptions) -> Iterator[None]:
    """A pipeline for Flink has a job server and Python workers while the block runs, where its options name none.

    Its job on a cluster ends with the block, and one that never ends also when another of its name (`--job_name`)
    begins: a client that was killed leaves its job behind.

    Raises:
        Failure: "job_server_failed", what downloading it raises, or "flink_unreachable".
    """
    if options.view_as(StandardOptions).runner != FLINK:
        yield
        return
    from connectors.flink import job_server, workers

    flink, portable = options.view_as(FlinkRunnerOptions), options.view_as(PortableOptions)
    naming, streaming = options.view_as(GoogleCloudOptions), options.view_as(StandardOptions).streaming
    name = naming.job_name or ("vostochny-watch" if streaming else f"vostochny-run-{uuid4().hex[:8]}")
    naming.job_name = name
    local = flink.flink_master in ("[auto]", job_server.LOCAL)
    if local and flink.parallelism < 0:
        flink.parallelism = 1  # else one a core, for which the buffers of a cluster within the command don't suffice
    # Else workers end between two steps of a pipeline that ends, and the next has to load everything anew.
    portable.environment_cache_millis = portable.environment_cache_millis or FLINK_WORKERS_KEPT
    given = (portable.environment_type, portable.environment_config, portable.job_endpoint)
    with contextlib.ExitStack() as stack:
        if not portable.environment_type:
            # Beam's own ways need Docker, or listen on every address.
            portable.environment_type = "EXTERNAL"
            if local:
                portable.environment_config = f"localhost:{stack.enter_context(workers.in_threads())}"
            else:
                portable.environment_config = portable.environment_config or f"localhost:{workers.PORT}"
        if not (
            portable.job_endpoint
            or portable.output_executable_path
            or flink.flink_job_server_jar
            or flink.flink_submit_uber_jar
        ):
            master = job_server.LOCAL if local else flink.flink_master
            if not local:
                cluster = rest.Cluster(master)
                cluster.cancel_all(name)
                stack.callback(_end, cluster, name)
            portable.job_endpoint = stack.enter_context(job_server.job_server(Settings.from_env(), master))
        try:
            yield
        finally:
            portable.environment_type, portable.environment_config, portable.job_endpoint = given


def _end(cluster: rest.Cluster, name: str) -> None:
    with contextlib.suppress(Failure):  # what ended the pipeline is told, and not what comes of it
        cluster.cancel_all(name)


def _run(build: Callable[[beam.Pipeline], None], options: PipelineOptions) -> PipelineResult:
    try:
        pipeline = beam.Pipeline(options=options)
    except ValueError as problem:
        raise Failure("bad_runner", str(problem)) from problem
    try:
        build(pipeline)
        result = pipeline.run()
        result.wait_until_finish()
        result.metrics()  # asked for and kept while a job server is there to tell them
        return result
    except Failure as problem:
        raise Failure(re.sub(_STEP, "", problem.cause), problem.detail) from problem
    except Exception as problem:
        if re.match(rf"KeyboardInterrupt{_STEP}", str(problem)):
            raise KeyboardInterrupt from problem
        if told := failure_told(problem):
            raise told from problem
        raise


def failure_told(problem: Exception) -> Failure | None:
    """What a transform raised, from the text of what the runner made of it, or how a job server says the job ended.

    None where it is neither.
    """
    text = str(problem)
    if told := _FAILURE.findall(text):
        return Failure(*told[-1])
    if not (ended := _ENDED.match(text)):
        return None
    if ended["state"] == "CANCELLED" or "JobCancellationException" in text:
        return Failure(CANCELLED, "the job was ended on the cluster")
    return Failure("runner_failed", text)
