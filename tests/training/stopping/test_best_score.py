from dl4py.training.stopping.best_score import BestScore


def test_a_loss_is_to_fall_below_and_an_accuracy_to_rise_above():
    condition = BestScore(best_expected_score=0.5)
    assert condition.after_epoch([0], [0.4], True)
    assert not condition.after_epoch([0, 1], [0.4, 0.5], True)
    assert condition.after_epoch([0], [0.6], False)
    assert not condition.after_epoch([0], [0.5], False)
