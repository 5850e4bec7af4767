from dl4py.training.stopping.max_score import MaxScore


def test_a_score_above_the_largest_ends_training():
    assert [MaxScore(max_score=5.0).after_step(s, 0.0) for s in (4.9, 5.0, 5.1)] == [False, False, True]
