from dl4py.training.stopping.score_improvement import ScoreImprovement


def first_stop(condition, scores, minimize=True):
    epochs = list(range(len(scores)))
    stops = [condition.after_epoch(epochs[: i + 1], scores[: i + 1], minimize) for i in epochs]
    return stops.index(True) if True in stops else None


def test_it_waits_so_many_epochs_for_something_better():
    falling = [3.0, 2.0, 2.5, 2.1, 1.9, 2.0, 2.0, 2.0]
    assert first_stop(ScoreImprovement(max_epochs_with_no_improvement=3), falling) == 7
    assert first_stop(ScoreImprovement(max_epochs_with_no_improvement=2), falling) == 3


def test_an_improvement_is_more_than_the_least_one():
    slow = [1.0, 0.95, 0.9, 0.85]
    assert first_stop(ScoreImprovement(max_epochs_with_no_improvement=2), slow) is None
    assert first_stop(ScoreImprovement(max_epochs_with_no_improvement=2, min_improvement=0.2), slow) == 2


def test_accuracies_rise():
    assert first_stop(ScoreImprovement(max_epochs_with_no_improvement=1), [0.5, 0.6, 0.6], minimize=False) == 2


def test_epochs_that_were_not_judged_count():
    condition = ScoreImprovement(max_epochs_with_no_improvement=4)
    assert not condition.after_epoch([0, 2], [1.0, 1.0], True)
    assert condition.after_epoch([0, 2, 4], [1.0, 1.0, 1.0], True)
