from contract import check_json, check_updater

from dl4py.schedules.map import Map
from dl4py.schedules.step import Step
from dl4py.updaters.nesterovs import Nesterovs


def recurrence(g, s, t):
    old = s["v"]
    s["v"] = 0.8 * old - 0.05 * g
    return 0.8 * old - 1.8 * s["v"]


def test_contract():
    check_updater(Nesterovs(learning_rate=0.05, momentum=0.8), recurrence)


def test_rate_and_momentum_follow_schedules():
    updater = Nesterovs(
        learning_rate=Step(initial_value=0.05, decay_rate=0.5, step=2.0), momentum=Map(values={0: 0.5, 3: 0.9})
    )

    def truth(g, s, t):
        rate, mu, old = 0.05 * 0.5 ** ((t - 1) // 2), 0.5 if t <= 3 else 0.9, s["v"]
        s["v"] = mu * old - rate * g
        return mu * old - (1 + mu) * s["v"]

    check_updater(updater, truth)


def test_json_with_a_schedule():
    keys = (
        '{"learningRate":0.05,"momentum":"NaN","momentumISchedule":{"@class":"org.nd4j.linalg.schedule.MapSchedule",'
        '"scheduleType":"ITERATION","values":{"0":0.5,"3":0.9}}}'
    )
    check_json(Nesterovs(learning_rate=0.05, momentum=Map(values={0: 0.5, 3: 0.9})), "Nesterovs", keys)


def test_json():
    check_json(Nesterovs(learning_rate=0.05), "Nesterovs", '{"learningRate":0.05,"momentum":0.9}')
