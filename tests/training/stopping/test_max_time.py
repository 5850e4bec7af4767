from dl4py.training.stopping.max_time import MaxTime


def test_the_first_step_beyond_the_time_is_the_last():
    assert [MaxTime(seconds=2.0).after_step(1.0, t) for t in (1.9, 2.0, 2.1)] == [False, False, True]
