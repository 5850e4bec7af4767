from contract import check_json, check_schedule

from dl4py.schedules.poly import Poly

POLY = Poly(initial_value=0.3, power=2.0, max_iter=20)


def test_it_falls_to_nothing():
    check_schedule(POLY, lambda i: 0.3 * (1 - i / 20) ** 2 if i < 20 else 0.0)


def test_dl4j_grows():
    check_schedule(POLY, lambda i: 0.3 * (1 + i / 20) ** 2 if i < 20 else 0.0, "dl4j")


def test_json():
    check_json(POLY, "PolySchedule", '{"initialValue":0.3,"maxIter":20,"power":2.0,"scheduleType":"ITERATION"}')
