from mptui.dashboard.presentation.text.glyphs import UNICODE
from mptui.dashboard.presentation.text.short_names import ShortNames


def test_names_lose_first_what_tells_least() -> None:
    names = ShortNames(f"ForkPoolWorker-{number}" for number in range(1, 65))
    said = [names.within("ForkPoolWorker-12", width, UNICODE) for width in (20, 16, 7, 3, 2)]
    # Neighbours go by names of one kind.
    assert names.within("ForkPoolWorker-3", 13, UNICODE) == "PoolWorker-3"
    assert names.within("ForkPoolWorker-3", 12, UNICODE) == "Pool-3"
    assert said == ["ForkPoolWorker-12", "PoolWorker-12", "Pool-12", "P12", "12"]
    assert names.of("Process-3") == ("Process-3",)


def test_a_short_name_stands_for_one_process_only() -> None:
    everybody = ["Process-1", "Process-2", "ForkPoolWorker-1", "SpawnPoolWorker-1", "train.py"]
    names = ShortNames(everybody)
    for width in range(1, 20):
        said = [names.within(name, width, UNICODE) for name in everybody]
        whole = [one for one in said if "…" not in one and not one.startswith("-")]
        assert len(set(whole)) == len(whole)
    assert names.of("ForkPoolWorker-1") == ("ForkPoolWorker-1",)
    assert names.within("Process-2", 1, UNICODE) == "2"
    assert names.within("Process-1", 2, UNICODE) != "1"


def test_names_without_a_number_are_cut() -> None:
    names = ShortNames(["train_the_model.py", "7", "", "-3"])
    assert names.within("train_the_model.py", 8, UNICODE) == "trai….py"
    assert names.within("7", 3, UNICODE) == "7"
