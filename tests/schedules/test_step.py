from contract import check_json, check_schedule

from dl4py.schedules.step import Step

STEP = Step(initial_value=0.1, decay_rate=0.5, step=2.0)


def test_values_follow_the_formula():
    check_schedule(STEP, lambda i: 0.1 * 0.5 ** (i // 2))


def test_a_step_need_not_be_whole():
    check_schedule(Step(initial_value=0.1, decay_rate=0.5, step=2.5), lambda i: 0.1 * 0.5 ** (2 * i // 5))


def test_json():
    keys = '{"decayRate":0.5,"initialValue":0.1,"scheduleType":"EPOCH","step":2.0}'
    check_json(STEP.but(schedule_type="epoch"), "StepSchedule", keys)
