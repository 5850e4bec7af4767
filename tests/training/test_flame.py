from dl4py.training.flame import flame


def test_bars_stand_in_their_parents_and_small_parts_together():
    times = {("wait",): 1.0, ("back", "a", "matmul"): 1.0, ("back", "a", "add"): 1.5, ("back", "b", "add"): 2.5}
    times |= {("listener 1",): 0.04, ("listener 2",): 0.03, ("read",): 3.93}
    assert flame(times, 10.0) == [
        " 50.0%      5.000 s  |████████████████████                    |  back",
        " 25.0%      2.500 s  |██████████                              |    a",
        " 15.0%      1.500 s  |██████                                  |      add",
        " 10.0%      1.000 s  |      ████                              |      matmul",
        " 25.0%      2.500 s  |          ██████████                    |    b",
        " 25.0%      2.500 s  |          ██████████                    |      add",
        " 39.3%      3.930 s  |                    ████████████████    |  read",
        " 10.0%      1.000 s  |                                    ████|  wait",
        "  0.7%      0.070 s  |                                        |  2 others",
    ]
