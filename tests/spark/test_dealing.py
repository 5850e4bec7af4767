import pytest
from hypothesis import given
from hypothesis import strategies as st

from dl4py.spark.dealing import Dealing, even
from dl4py.spark.java_random import JavaRandom


def test_objects_in_order_go_to_workers_as_neighbours():
    rounds = Dealing(workers=2, per_worker=3).rounds(even(15, 2))
    assert rounds == [[[0, 1, 2], [3, 4, 5]], [[6, 7, 8], [9, 10, 11]], [[12, 13], [14]]]


def test_dl4js_splits_take_one_of_each_run():
    # section 24 by hand: 13 objects, 2 workers x 2: floor(13 / 4) = 3 splits; partitions of 6 and 7 objects
    dealt = Dealing(2, 2, assignment="random", seed=9, repartition="never").rounds([6, 7])
    wanted = [[[], []] for _ in range(3)]
    for p, (start, stop) in enumerate(((0, 6), (6, 13))):
        random, order = JavaRandom(9 + p), [0, 1, 2]
        objects = list(range(start, stop))
        for k in range(0, len(objects), 3):
            random.shuffle(order)
            for split, value in zip(order, objects[k : k + 3], strict=False):
                wanted[split][p].append(value)
    assert dealt == wanted


def test_balanced_spreads_the_surplus_and_fills_the_first_as_dl4j():
    assert Dealing(2, 2, assignment="random")._hands([[0, 1, 2, 3], [4]]) == [[0, 1, 2], [3, 4]]
    assert Dealing(3, 2, assignment="random")._hands([[0], [1], [2]]) == [[0, 1], [2], []]


def test_few_objects_are_one_split():
    assert Dealing(4, 5, assignment="random").rounds([2, 1, 0, 0]) == [[[0, 1, 2]]]


def test_never_keeps_partitions_as_they_lie():
    assert Dealing(2, 4, "never").rounds([1, 0, 5]) == [[[0], [1, 2, 3, 4, 5]]]
    assert Dealing(3, 2, "num_partitions_workers_differs").rounds([1, 0, 5]) == [[[0], [1, 2, 3, 4, 5]]]
    assert Dealing(2, 3, "num_partitions_workers_differs").rounds([1, 0, 5]) == [[[0, 1, 2], [3, 4, 5]]]


def test_approximate_moves_the_surplus_alone():
    dealing = Dealing(3, 2, strategy="approximate_balanced")
    assert dealing._hands([[0, 1, 2, 3], [4], [5]]) == [[0, 1], [4, 2], [5, 3]]


@pytest.mark.spark
def test_spark_deals_as_we_say(spark):
    jvm = spark.sparkContext._jvm
    for total, partitions, workers in ((9, 2, 3), (10, 4, 2)):
        numbers = jvm.java.util.ArrayList(list(range(total)))
        found = spark.sparkContext._jsc.parallelize(numbers, partitions).repartition(workers).glom().collect()
        ids = iter(range(total))
        source = [[next(ids) for _ in range(size)] for size in even(total, partitions)]
        dealt = Dealing(workers, 9, strategy="spark_default")._hands(source)
        assert [sorted(part) for part in found] == [sorted(hand) for hand in dealt]


@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=5),
    st.integers(1, 4),
    st.integers(1, 3),
    st.sampled_from(["always", "never", "num_partitions_workers_differs"]),
    st.sampled_from(["balanced", "spark_default", "approximate_balanced"]),
    st.sampled_from(["in_order", "random"]),
)
def test_every_object_is_trained_once(sizes, workers, per_worker, repartition, strategy, assignment):
    rounds = Dealing(workers, per_worker, repartition, strategy, assignment, 3).rounds(sizes)
    dealt = [i for hands in rounds for hand in hands for i in hand]
    assert sorted(dealt) == list(range(sum(sizes)))
    assert all(hand for hands in rounds for hand in hands)
