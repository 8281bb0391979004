"""Processes that share a run, placed by Ray: on this machine, or on those of a cluster.

Ray finds the machines and starts an actor for each process but the first, which is the engine of
this one; from then on they talk to each other as under ``--nproc``, and Ray only keeps watch.
"""

import io
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Any

from studio.core.errors import RunError

_NO_RAY = 'Ray is not installed here: pip install "netwright[cluster]" brings it'
_AT_ONCE = 0.0


class RayHelper:
    """One of the other processes, asked as one that we started ourselves is."""

    def __init__(self, actor: Any, printed: io.BytesIO) -> None:
        self._actor = actor
        self._printed = printed
        self._result: Any = None
        self._code: int | None = None

    def begin(self, told: Mapping[str, str]) -> None:
        """Let it help, with what torchrun would tell it in the environment."""
        self._result = self._actor.assist.remote(dict(told))

    def poll(self) -> int | None:
        """Return its exit code; None while it works."""
        return self._ended(_AT_ONCE)

    def wait(self, timeout: float | None = None) -> int:
        """Return its exit code once it has one.

        Raises:
            TimeoutExpired: it works for longer.
        """
        code = self._ended(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("ray", timeout or 0.0)
        return code

    def kill(self) -> None:
        """End it at once."""
        import ray

        ray.kill(self._actor)

    def _ended(self, timeout: float | None) -> int | None:
        import ray

        if self._code is None and ray.wait([self._result], timeout=timeout)[0]:
            try:
                self._code, words = ray.get(self._result)
            except ray.exceptions.RayError as error:
                self._code, words = 1, str(error)
            self._printed.write(words.encode())
        return self._code


class _Assistant:
    """What runs in an actor."""

    def place(self) -> tuple[str, int]:
        """Return the machine that it is on."""
        import ray

        return str(ray.get_runtime_context().get_node_id()), os.getpid()

    def assist(self, told: dict[str, str]) -> tuple[int, str]:
        """Help the first process, and return the exit code with what there was to say."""
        os.environ.update(told)
        from studio.engine.together import assist

        said: list[str] = []
        return assist(said.append), "\n".join(said)


@contextmanager
def ray_helpers(
    count: int, meeting: Mapping[str, str]
) -> Iterator[tuple[list[RayHelper], dict[str, str], list[IO[bytes]]]]:
    """Start so many processes less one; yield them, what the first is told, and what they print.

    ``meeting`` is what processes of one machine are told, for the case that Ray has no other.

    Raises:
        RunError: Ray is not installed, cannot be reached, or has no room for so many.
    """
    try:
        import ray
    except ImportError:
        raise RunError(_NO_RAY) from None
    joined = not ray.is_initialized()
    if joined:
        _join(count)
    try:
        _expect_room(count)
        printed = [io.BytesIO() for _ in range(1, count)]
        actors = [_actor() for _ in range(1, count)]
        helpers = [RayHelper(actor, file) for actor, file in zip(actors, printed, strict=True)]
        here = str(ray.get_runtime_context().get_node_id())
        nodes = [here, *(node for node, _ in ray.get([actor.place.remote() for actor in actors]))]
        told = told_to(nodes, meeting, address=ray.util.get_node_ip_address())
        for helper, words in zip(helpers, told[1:], strict=True):
            helper.begin(words)
        yield helpers, told[0], list(printed)
    finally:
        if joined:
            ray.shutdown()


def _join(count: int) -> None:
    """Join the cluster that RAY_ADDRESS names, else start Ray on this machine."""
    import ray

    known = bool(os.environ.get("RAY_ADDRESS"))
    room = {} if known else {"num_cpus": max(count, os.cpu_count() or 1)}
    paths = os.pathsep.join(path or os.getcwd() for path in sys.path)
    # Ray hides all GPUs but one from each process; here each takes its own among those it sees.
    variables = {"RAY_EXPERIMENTAL_NOSET_CUDA_VISIBLE_DEVICES": "1"}
    if not known:
        variables["PYTHONPATH"] = paths
    try:
        ray.init(
            include_dashboard=False if not known else None,
            log_to_driver=False,
            logging_level="ERROR",
            configure_logging=True,
            runtime_env={"env_vars": variables},
            **room,
        )
    except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        raise RunError(f"Ray cannot be reached: {error}") from None


def _expect_room(count: int) -> None:
    import ray

    there = int(ray.cluster_resources().get("CPU", 0))
    if count - 1 > there:
        raise RunError(f"--nproc {count} needs {count - 1} processors of Ray, which has {there}")


def _actor() -> Any:
    """Return an actor with a processor, and a GPU where there are any."""
    import ray

    gpus = 1 if ray.cluster_resources().get("GPU", 0) else 0
    return ray.remote(num_cpus=1, num_gpus=gpus, max_restarts=0)(_Assistant).remote()


def told_to(
    nodes: Sequence[str], meeting: Mapping[str, str], *, address: str
) -> list[dict[str, str]]:
    """Return what each process is told, the first one first, by the machines that they are on.

    ``address`` is where the machine of the first is found by the others, if there are any.
    """
    beside, told = Counter(nodes), list[dict[str, str]]()
    several = len(beside) > 1
    for rank, node in enumerate(nodes):
        words = {
            **meeting,
            "RANK": str(rank),
            "LOCAL_RANK": str(nodes[:rank].count(node)),
            "LOCAL_WORLD_SIZE": str(beside[node]),
        }
        if several:
            words.pop("GLOO_SOCKET_IFNAME", None)
            words["MASTER_ADDR"] = address
        told.append(words)
    return told
