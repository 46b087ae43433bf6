"""A folder that was not written to its end says so."""

import pytest

from follicle_sim.base.errors import OutputError
from follicle_sim.base.files import write_text_atomic
from follicle_sim.base.folders import INCOMPLETE, being_written, incomplete, writes_whole


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_mark_is_there_until_the_end(tmp_path):
    (tmp_path / "mine.txt").write_text("keep")
    with being_written(tmp_path, "run"):
        assert INCOMPLETE in names(tmp_path)
        assert "run was not written to its end" in incomplete(tmp_path)[0]
        assert str(tmp_path) in incomplete(tmp_path)[0]
        write_text_atomic(tmp_path / "a.txt", "x")
    assert names(tmp_path) == ["a.txt", "mine.txt"]
    assert incomplete(tmp_path) == ()


def failing(folder, wrote):
    with being_written(folder, "run"):
        if wrote:
            write_text_atomic(folder / "a.txt", "new")
        raise OutputError("no room")


@pytest.mark.parametrize("wrote", [False, True])
def test_an_error_leaves_a_mark_where_something_changed(tmp_path, wrote):
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(OutputError, match="no room"):
        failing(tmp_path, wrote)
    assert bool(incomplete(tmp_path)) == wrote


def test_kinds_that_share_a_folder_have_a_line_each(tmp_path):
    with pytest.raises(OutputError, match="no room"):
        failing(tmp_path, True)
    with being_written(tmp_path, "explain"):
        assert len(incomplete(tmp_path)) == 2
    (left,) = incomplete(tmp_path)
    assert "run was not" in left
    with being_written(tmp_path, "run"):
        assert len(incomplete(tmp_path)) == 1
    assert incomplete(tmp_path) == ()


def test_a_function_that_writes(tmp_path):
    @writes_whole("table")
    def write(number, folder, *, suffix="txt"):
        assert len(incomplete(folder)) == 1
        return number, suffix

    assert write(1, tmp_path, suffix="csv") == (1, "csv")
    assert write(2, folder=tmp_path) == (2, "txt")
    assert names(tmp_path) == []
