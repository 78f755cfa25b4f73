import pytest

from mptui.dashboard.presentation.side_by_side.grid import (
    MIN_HEIGHT,
    MIN_WIDTH,
    grid_of,
    page_count,
    page_of,
    position_text,
    wanted_width,
)

WANTED = 28


@pytest.mark.parametrize(
    ("count", "size", "columns", "rows"),
    [
        (4, (118, 36), 4, 1),
        (4, (78, 20), 2, 2),
        (12, (198, 46), 6, 2),
        (7, (198, 46), 4, 2),
        (1, (78, 20), 1, 1),
        (0, (78, 20), 1, 1),
        (64, (198, 46), 6, 7),
    ],
)
def test_columns_are_as_wide_as_they_want_in_as_many_rows_as_that_takes(
    count: int, size: tuple[int, int], columns: int, rows: int
) -> None:
    grid = grid_of(count, size, WANTED)
    assert (grid.columns, len(grid.heights)) == (columns, rows)
    assert grid.width >= WANTED
    assert sum(grid.heights) == size[1]


@pytest.mark.parametrize("width", [1, 10, 24, 53, 80, 120, 200, 400])
@pytest.mark.parametrize("height", [1, 5, 6, 11, 24, 50])
@pytest.mark.parametrize("count", [0, 1, 2, 5, 12, 64, 1000])
def test_a_grid_never_leaves_its_room_nor_makes_columns_too_small(
    count: int, width: int, height: int
) -> None:
    for longest in (0, 30, 500):
        grid = grid_of(count, (width, height), wanted_width(longest))
        assert grid.columns * (grid.width + 1) - 1 <= max(width, 1)
        assert sum(grid.heights) == height
        assert grid.columns == 1 or grid.width >= MIN_WIDTH
        assert len(grid.heights) == 1 or min(grid.heights) >= MIN_HEIGHT
        assert page_count(count, grid) * grid.capacity >= count


def test_where_not_all_find_room_at_once_there_are_pages_and_their_place_is_said() -> None:
    grid = grid_of(64, (118, 36), WANTED)
    assert grid.capacity == 24
    assert page_count(64, grid) == 3
    assert [page_of(place, grid) for place in (0, 23, 24, 63)] == [0, 0, 1, 2]
    assert position_text(0, 64, grid) == "1-24 of 64, [ ] turn"
    assert position_text(2, 64, grid) == "49-64 of 64, [ ] turn"
    assert position_text(0, 24, grid) == ""


def test_wanted_width_grows_in_steps_and_not_beyond_what_other_columns_need() -> None:
    assert wanted_width(0) == wanted_width(24) == 24
    assert wanted_width(25) == wanted_width(32) == 32
    assert wanted_width(1000) == 64
