import socket
from dataclasses import replace

import pytest
from sparknets import MLP, network

from dl4py.errors import ClusterError
from dl4py.spark.memory import check_memory, needed, overhead, places_of, size
from dl4py.spark.preflight import check_reachable, compare, preflight, text
from dl4py.spark.probe import Node, tell_of

VERSIONS = {"Python": "3.11.7", "dl4py": "0.1.0", "numpy": "2.4.6", "numba": "0.68.1"}
DRIVER = Node("d", 1, "x86_64 little-endian", VERSIONS, 8, 1, 8 << 30, "/cache")
FAR = replace(DRIVER, host="far", executor=2)


class Conf(dict):
    def get(self, name, otherwise=None):
        return super().get(name, otherwise)


class Context:
    def __init__(self, master, places, **conf):
        self.master, self.defaultParallelism = master, places
        self.conf = Conf({name.replace("_", "."): value for name, value in conf.items()})

    def getConf(self):
        return self.conf


def test_what_differs_is_named_with_its_hosts():
    old = replace(
        FAR, versions={**VERSIONS, "numpy": "1.26.4", "dl4py": "ModuleNotFoundError: No module named 'dl4py'"}
    )
    with pytest.raises(ClusterError) as raised:
        compare(
            DRIVER, (FAR, old, replace(old, host="further"), replace(FAR, host="arm", machine="aarch64 little-endian"))
        )
    assert raised.value.render() == (
        "executors cannot train what the driver describes\n"
        "   = far, further: dl4py ModuleNotFoundError: No module named 'dl4py', the driver has 0.1.0\n"
        "   = far, further: numpy 1.26.4, the driver has 2.4.6\n"
        "   = arm: a machine of kind aarch64 little-endian, the driver's is x86_64 little-endian\n"
        "   = hint: one environment for all: `dl4py spark-pack` makes it, and PYSPARK_PYTHON names it"
    )
    assert raised.value.status == 7
    compare(DRIVER, (FAR, replace(FAR, executor=3, memory=1)))


def test_a_folder_that_cannot_be_written_is_named():
    with pytest.raises(ClusterError) as raised:
        compare(DRIVER, (replace(FAR, problem="PermissionError: /cache"),))
    assert raised.value.note == ("far: no folder for compiled kernels (PermissionError: /cache); DL4PY_CACHE names one")


def test_a_driver_out_of_reach_is_named():
    check_reachable((FAR,))
    with pytest.raises(ClusterError, match=r"^executors on far do not reach the driver: timed out$"):
        check_reachable((FAR, replace(FAR, unreachable="timed out")))


def test_a_process_tells_of_itself():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert tell_of(("127.0.0.1", port)).unreachable == ""
    assert "refused" in tell_of(("127.0.0.1", port)).unreachable
    own = tell_of()
    assert own.problem == ""
    assert own.cores >= 1
    assert own.memory > 1 << 20
    assert text((own,)).startswith(f"1 executor on {own.host}; Python 3.")


@pytest.mark.parametrize(
    ("given", "bytes"), [("512", 512 << 20), ("512m", 512 << 20), ("2g", 2 << 30), ("1GB", 1 << 30), ("64k", 64 << 10)]
)
def test_sizes_are_sparks(given, bytes):
    assert size(given) == bytes


def test_the_overhead_is_sparks_rule():
    mib = 1 << 20
    assert overhead(Conf(), "yarn") == 384 * mib
    assert overhead(Conf({"spark.executor.memory": "10g"}), "yarn") == 1024 * mib
    assert overhead(Conf({"spark.executor.memory": "10g"}), "k8s://h") == 4096 * mib
    assert overhead(
        Conf({"spark.executor.memoryOverheadFactor": "0.2", "spark.executor.memory": "10g"}), "k8s://h"
    ) == (2048 * mib)
    assert overhead(Conf({"spark.executor.memoryOverhead": "100m"}), "yarn") == 100 * mib
    assert overhead(Conf({"spark.executor.minMemoryOverhead": "700m"}), "yarn") == 700 * mib


def test_places_are_cores_by_those_of_a_task():
    assert places_of(Context("yarn", places=6)) == 6
    assert places_of(Context("yarn", places=6, spark_task_cpus="2")) == 3


def test_memory_that_would_be_overdrawn_is_refused_before_it_is():
    yarn = Context("yarn", 4)
    with pytest.raises(ClusterError) as raised:
        check_memory(yarn, (FAR,), 200 << 20, None)
    assert str(raised.value) == (
        "the Python workers of an executor need 880 MiB (4 at 200 MiB, and 80 MiB for the one that compiles), spark.executor.memoryOverhead gives 384 MiB: "
        "the cluster would kill the executor"
    )
    assert raised.value.hint == "--conf spark.executor.memoryOverhead=880m"
    enough = Context("yarn", 4, spark_executor_memoryOverhead="880m")
    assert check_memory(enough, (FAR,), 200 << 20, 4) == (
        "Python workers need 880 MiB of each executor (--conf spark.executor.memoryOverhead=880m)"
    )
    one = check_memory(Context("yarn", 4), (FAR,), 200 << 20, 1)
    assert one == "Python workers need 280 MiB of each executor (--conf spark.executor.memoryOverhead=280m)"
    two = (replace(FAR, memory=700 << 20), replace(FAR, executor=3, memory=700 << 20))
    with pytest.raises(ClusterError, match=r"^the Python workers on far need 880 MiB, 700 MiB are left$"):
        check_memory(Context("spark://h:7077", 4), two, 200 << 20, None)


def test_a_worker_of_transport_spark_holds_more_copies():
    class Keys:
        save_updater = True
        transport = "direct"

    net = network(MLP % "adam")
    direct = needed(net, 8, Keys)
    Keys.transport = "spark"
    assert needed(net, 8, Keys) - direct == 5 * 4 * (net.params.size + net.updater_state.size)


@pytest.mark.spark
def test_executors_are_asked_once(cluster):
    nodes = preflight(cluster.sparkContext)
    assert len(nodes) == 2
    assert len({node.executor for node in nodes}) == 2
    assert all(node.task_cores == 1 and node.unreachable == "" for node in nodes)
    assert preflight(cluster.sparkContext) is nodes
