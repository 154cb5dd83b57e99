"""The pool that Flink's TaskManager on the same machine asks for Python workers.

    python -m connectors.flink.workers --port 50000

It listens on loopback alone: whoever reaches it can have code run. Beam's own pool listens on every address and waits
for ever on a worker that prints much; otherwise this one is the same, and takes the same option
`--environment_config localhost:50000` in the pipeline.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import grpc
from apache_beam.portability.api import beam_fn_api_pb2, beam_fn_api_pb2_grpc
from apache_beam.runners.worker.worker_pool_main import BeamFnExternalWorkerPoolServicer
from apache_beam.utils import thread_pool_executor

from schemas.failures import Failure

PORT = 50000
HOST = "127.0.0.1"

_STATE_CACHE = 100 << 20  # bytes a worker, Beam's default elsewhere
_HARNESS = (
    "import sys; from apache_beam.runners.worker.sdk_worker import SdkHarness; "
    f"SdkHarness(sys.argv[1], worker_id=sys.argv[2], state_cache_size={_STATE_CACHE}).run()"
)


class Pool(BeamFnExternalWorkerPoolServicer):
    """Starts a worker process for each request, and ends it when asked to, or with this process."""

    def StartWorker(self, start_worker_request, unused_context):
        for name, process in list(self._worker_processes.items()):
            if process.poll() is not None:  # its TaskManager was killed and could not say so
                self._worker_processes.pop(name, None)
        worker, control = start_worker_request.worker_id, start_worker_request.control_endpoint.url
        try:
            self._worker_processes[worker] = subprocess.Popen(
                [sys.executable, "-c", _HARNESS, control, worker], stdin=subprocess.DEVNULL, stdout=sys.stderr
            )
        except Exception:
            return beam_fn_api_pb2.StartWorkerResponse(error=traceback.format_exc())
        return beam_fn_api_pb2.StartWorkerResponse()

    def close(self) -> None:
        for process in self._worker_processes.values():
            process.kill()


def serve(pool: BeamFnExternalWorkerPoolServicer, port: int = 0) -> tuple[grpc.Server, int]:
    """Serve a pool on loopback; returns the server and its port.

    Raises:
        Failure: "port_busy".
    """
    server = grpc.server(
        thread_pool_executor.shared_unbounded_instance(),
        options=[
            ("grpc.http2.max_pings_without_data", 0),
            ("grpc.http2.max_ping_strikes", 0),
            ("grpc.so_reuseport", 0),
        ],
    )
    beam_fn_api_pb2_grpc.add_BeamFnExternalWorkerPoolServicer_to_server(pool, server)
    try:
        port = server.add_insecure_port(f"{HOST}:{port}")
    except RuntimeError as problem:
        raise Failure("port_busy", f"another program listens on port {port}; choose another by --port") from problem
    server.start()
    return server, port


@contextmanager
def in_threads() -> Iterator[int]:
    """A pool whose workers are threads of this process, while the block runs: its port."""
    server, port = serve(BeamFnExternalWorkerPoolServicer(state_cache_size=_STATE_CACHE))
    try:
        yield port
    finally:
        server.stop(1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--port", type=int, default=PORT, help="port on loopback, %(default)s by default")
    parser.add_argument("--name", default="", help="by which others find this process; of no other use")
    options = parser.parse_args()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    pool = Pool()
    server, port = serve(pool, options.port)
    print(f"workers are started for those who ask {HOST}:{port}", file=sys.stderr, flush=True)
    ended.wait()
    pool.close()
    server.stop(0)


if __name__ == "__main__":
    main()
