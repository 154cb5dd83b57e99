"""What a Flink cluster tells and takes over its REST interface."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

import requests

from schemas.failures import Failure

_TIMEOUT = 30  # seconds for an answer
_SAVEPOINT_WAIT = 600  # seconds; a savepoint of gigabytes takes minutes
_CANCEL_WAIT = 60  # seconds
_POLL = 0.2  # seconds

ENDED = frozenset({"CANCELED", "FAILED", "FINISHED"})


class Job(NamedTuple):
    """A job as the cluster lists it."""

    id: str
    name: str
    state: str  # "RUNNING", "RESTARTING", … or one of ENDED
    started: float  # seconds since the epoch


def choose(jobs: Sequence[Job], name: str = "") -> Job:
    """The job with this id or the beginning of it, or the only one that has not ended.

    Raises:
        Failure: "no_job", or "many_jobs".
    """
    found = [job for job in jobs if (job.id.startswith(name) if name else job.state not in ENDED)]
    if not found:
        raise Failure("no_job", f"the cluster has no job {name}" if name else "no job runs on the cluster")
    if len(found) > 1:
        raise Failure("many_jobs", f"name one of {', '.join(job.id for job in found)}")
    return found[0]


class Cluster:
    """A Flink cluster by the address of its JobManager's REST interface, as http://localhost:8081."""

    def __init__(self, url: str) -> None:
        self.url = (url if "//" in url else f"http://{url}").rstrip("/")

    def task_managers(self) -> dict[str, int]:
        """The registered TaskManagers' ids, and how many slots each has."""
        return {found["id"]: found["slotsNumber"] for found in self._ask("GET", "taskmanagers")["taskmanagers"]}

    def jobs(self) -> list[Job]:
        """All jobs that the cluster remembers, the latest first."""
        found = [
            Job(job["jid"], job["name"], job["state"], job["start-time"] / 1000)
            for job in self._ask("GET", "jobs/overview")["jobs"]
        ]
        return sorted(found, key=lambda job: -job.started)

    def job(self, name: str = "") -> Job:
        """The job that `choose` finds among the cluster's."""
        return choose(self.jobs(), name)

    def checkpoints(self, job: Job) -> int:
        """How many checkpoints of the job are complete."""
        return self._ask("GET", f"jobs/{job.id}/checkpoints")["counts"]["completed"]

    def savepoint(self, job: Job, folder: str = "", *, cancel: bool = False) -> str:
        """Write a savepoint, and with `cancel` end the job in the same step; returns where it is.

        Without a folder it goes where the cluster's configuration says.

        Raises:
            Failure: "savepoint_failed".
        """
        wanted = {"cancel-job": cancel} | ({"target-directory": folder} if folder else {})
        path = f"jobs/{job.id}/savepoints"
        path += "/" + self._ask("POST", path, json=wanted)["request-id"]
        deadline = time.monotonic() + _SAVEPOINT_WAIT
        while (found := self._ask("GET", path))["status"]["id"] != "COMPLETED":
            if time.monotonic() > deadline:
                raise Failure("savepoint_failed", f"it has not ended after {_SAVEPOINT_WAIT} s")
            time.sleep(_POLL)
        if "location" not in found["operation"]:
            reason = found["operation"].get("failure-cause", {}).get("stack-trace", "no reason is given")
            raise Failure("savepoint_failed", " ".join(reason.split("\n\tat")[0].split()))
        if cancel:
            self._wait_ended(job)
        return found["operation"]["location"]

    def cancel(self, job: Job) -> None:
        """End a job without a savepoint, and wait until it has ended.

        Raises:
            Failure: "cancel_failed".
        """
        self._ask("PATCH", f"jobs/{job.id}?mode=cancel")
        self._wait_ended(job)

    def cancel_all(self, name: str) -> None:
        """End all jobs that have this name and have not ended."""
        for job in self.jobs():
            if job.name == name and job.state not in ENDED:
                self.cancel(job)

    def _wait_ended(self, job: Job) -> None:
        deadline = time.monotonic() + _CANCEL_WAIT
        while self.job(job.id).state not in ENDED:
            if time.monotonic() > deadline:
                raise Failure("cancel_failed", f"job {job.id} has not ended after {_CANCEL_WAIT} s")
            time.sleep(_POLL)

    def _ask(self, method: str, path: str, **options) -> dict:
        try:
            answer = requests.request(method, f"{self.url}/{path}", timeout=_TIMEOUT, **options)
        except requests.RequestException as problem:
            raise Failure(
                "flink_unreachable", f"no Flink cluster answers at {self.url} ({type(problem).__name__})"
            ) from problem
        if not answer.ok:
            raise Failure("flink_refused", f"{self.url}/{path}: {answer.status_code} {answer.text[:500]}")
        return answer.json() if answer.content else {}
