"""Files are written whole or not at all."""

import csv
import errno
import io
import os
import re
import stat
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import pytest

import follicle_sim
from follicle_sim.base.csv_text import csv_text, write_rows
from follicle_sim.base.errors import OutputError
from follicle_sim.base.files import replacing, write_text_atomic


@dataclass(frozen=True)
class Row:
    name: str
    value: float | None
    also: tuple[str, ...] = ()


def test_text_is_written_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_text_atomic(path, "µm\n")
    assert path.read_bytes() == "µm\n".encode()
    write_text_atomic(str(path), "second\n")
    assert path.read_text() == "second\n"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_the_new_file_has_the_usual_permissions(tmp_path: Path) -> None:
    plain, atomic = tmp_path / "plain", tmp_path / "atomic"
    plain.write_text("x")
    write_text_atomic(atomic, "x")
    assert stat.S_IMODE(atomic.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.txt", tmp_path / "link.txt"
    real.write_text("old")
    link.symlink_to(real)
    write_text_atomic(link, "new")
    assert link.is_symlink()
    assert real.read_text() == "new"


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (errno.ENOSPC, "free some space"),
        (errno.EROFS, "may write to"),
        (errno.EIO, "another folder"),
    ],
)
def test_a_failing_disk_keeps_the_earlier_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, advice: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("earlier")

    def fail(_descriptor: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OutputError) as caught:
        write_text_atomic(path, "later")
    message = str(caught.value)
    assert message.startswith(f"{path}: cannot write: {os.strerror(code)}")
    assert advice in message
    assert caught.value.exit_code == 4
    assert path.read_text() == "earlier"
    assert os.listdir(tmp_path) == ["a.csv"]


def test_missing_folder_and_folder_as_file(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="create the folder first"):
        write_text_atomic(tmp_path / "none" / "a.csv", "x")
    with pytest.raises(OutputError, match="add a file name"):
        write_text_atomic(tmp_path, "x")
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="part of the path is a file"):
        write_text_atomic(tmp_path / "file" / "a.csv", "x")


def interrupted(path: Path) -> None:
    with replacing(path) as temporary:
        assert temporary.suffix == ".png"
        assert temporary.parent == path.parent
        temporary.write_text("half")
        raise KeyboardInterrupt


def test_replacing_keeps_the_suffix_and_cleans_up_after_any_error(tmp_path: Path) -> None:
    path = tmp_path / "figure.png"
    path.write_text("earlier")
    with pytest.raises(KeyboardInterrupt):
        interrupted(path)
    assert path.read_text() == "earlier"
    assert os.listdir(tmp_path) == ["figure.png"]


def test_rows_become_csv(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    write_rows(path, Row, [Row("a, b", 0.1 + 0.2), Row("c", None, ("x", "y"))])
    assert path.read_text() == 'name,value,also\n"a, b",0.30000000000000004,\nc,,x y\n'
    write_rows(path, Row, [])
    assert path.read_text() == "name,value,also\n"


def write_often(path: str, which: int) -> int:
    """Write one path again and again; return how often (a worker of a test below)."""
    for _ in range(20):
        write_text_atomic(path, str(which) * 20_000)
    return 20


@pytest.mark.parametrize("workers", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_many_may_write_one_path_at_once(tmp_path: Path, workers: type) -> None:
    path = tmp_path / "a.txt"
    options = {"mp_context": get_context("spawn")} if workers is ProcessPoolExecutor else {}
    with workers(4, **options) as pool:
        done = list(pool.map(write_often, [str(path)] * 4, range(4)))
    assert done == [20] * 4
    text = path.read_text()
    assert len(text) == 20_000
    assert len(set(text)) == 1  # one writer's, whole
    assert os.listdir(tmp_path) == ["a.txt"]


def test_a_name_as_long_as_a_disk_takes(tmp_path: Path) -> None:
    path = tmp_path / f"{'a' * 250}.txt"
    write_text_atomic(path, "x")
    assert os.listdir(tmp_path) == [path.name]


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff20"])
def test_no_text_is_a_formula(first: str) -> None:
    text = f"{first}1+cmd|' /C calc'!A0"
    cell = list(csv.reader(io.StringIO(csv_text(["name"], [[text]]), newline="")))[1][0]
    assert cell == f"'{text}"


@pytest.mark.parametrize("cell", [-5.2, -5, "-5.2", "+1e-3", "-inf", "drug", "a=1", "", "1-2"])
def test_numbers_and_plain_texts_stay(cell: object) -> None:
    assert csv_text(["name", "x"], [[cell, 1]]) == f"name,x\n{cell},1\n"


def test_there_is_one_way_to_write_csv() -> None:
    root = Path(follicle_sim.__file__).parent
    writers = re.compile(r"csv\.(writer|DictWriter)|\.to_csv\(.*sep|np\.savetxt")
    found = [
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if writers.search(path.read_text("utf-8"))
    ]
    assert found == ["base/csv_text.py"]
