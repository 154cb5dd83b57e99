"""What is known of a Flink cluster when it is not there, and of what one is made of."""

from __future__ import annotations

import socket
from dataclasses import replace

import pytest
from apache_beam.runners.worker.worker_pool_main import BeamFnExternalWorkerPoolServicer

from connectors.elasticsearch.download import read_lock
from connectors.flink import cluster, jars, rest, workers
from schemas.failures import Failure


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def test_the_lock_holds_the_versions_that_are_told():
    versions = {tuple(jar.coordinates.split(":")[:2]): jar.coordinates.split(":")[2] for jar in read_lock(jars.LOCK)}
    assert versions["org.apache.flink", "flink-runtime"] == jars.FLINK
    assert versions["org.apache.beam", "beam-runners-flink-1.19"] == jars.BEAM
    assert len({jar.file for jar in read_lock(jars.LOCK)}) == len(read_lock(jars.LOCK)), "two would share a name"


def test_no_cluster(settings, tmp_path, free_port):
    fresh = replace(settings, data_dir=tmp_path)
    assert cluster.processes(fresh) == []
    assert cluster.stop(fresh) == 0
    with pytest.raises(Failure, match="no_cluster"):
        cluster.address(fresh)
    with pytest.raises(Failure, match="flink_unreachable"):
        rest.Cluster(f"localhost:{free_port}").jobs()


def test_job_among_several():
    jobs = [rest.Job("a1", "x", "RUNNING", 2), rest.Job("a2", "x", "RUNNING", 1), rest.Job("b1", "y", "CANCELED", 0)]
    assert rest.choose(jobs, "a1") == jobs[0]
    assert rest.choose(jobs, "b") == jobs[2], "one that is named may have ended"
    with pytest.raises(Failure, match="many_jobs"):
        rest.choose(jobs)
    with pytest.raises(Failure, match="no_job"):
        rest.choose(jobs, "c")


def test_the_pool_listens_on_loopback_alone():
    server, port = workers.serve(BeamFnExternalWorkerPoolServicer())
    try:
        with socket.create_connection(("127.0.0.1", port), 5):
            pass
        # Linux answers on all of 127.0.0.0/8 where somebody listens on every address.
        with pytest.raises(OSError), socket.create_connection(("127.0.0.2", port), 5):
            pass
        with pytest.raises(Failure, match="port_busy"):
            workers.serve(BeamFnExternalWorkerPoolServicer(), port)
    finally:
        server.stop(0)
