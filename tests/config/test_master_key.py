import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from authserver.config import load
from authserver.config.master_key import FILE, development_master_key, weakness
from tests.config.conftest import Set
from tests.support.application import race
from tests.support.server import MASTER_KEY, ROOT

RACE = """
import os, sys
from pathlib import Path
from authserver.config.master_key import development_master_key

folder = Path(sys.argv[1])
reader, writer = os.pipe()
answers = []
children = []
for _ in range(8):
    answer, told = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(writer)
        os.read(reader, 1)
        os.write(told, development_master_key(folder).encode())
        os._exit(0)
    os.close(told)
    answers.append(answer)
    children.append(child)
os.close(writer)
for answer, child in zip(answers, children):
    print(os.read(answer, 1000).decode())
    assert os.waitpid(child, 0)[1] == 0
"""


def test_development_makes_one_strong_key_and_keeps_it(folder: Path) -> None:
    first = load().master_key.get_secret_value()
    assert weakness(first) is None
    assert load().master_key.get_secret_value() == first
    assert (folder / "var" / FILE).read_text() == first


def test_the_development_key_can_be_read_by_its_owner_only(folder: Path) -> None:
    before = os.umask(0)
    try:
        development_master_key(folder / "var")
    finally:
        os.umask(before)
    assert stat.S_IMODE((folder / "var" / FILE).stat().st_mode) == 0o600


def test_a_key_that_was_given_makes_no_file(folder: Path, variables: Set) -> None:
    variables(master_key=MASTER_KEY)
    assert load().master_key.get_secret_value() == MASTER_KEY
    assert not (folder / "var" / FILE).exists()


def test_threads_that_race_agree_on_one_key_and_leave_no_draft(folder: Path) -> None:
    made = race(16, lambda _: development_master_key(folder / "var"))
    assert len(set(map(str, made))) == 1
    assert [file.name for file in (folder / "var").iterdir()] == [FILE]


def test_processes_that_race_agree_on_one_key_and_leave_no_draft(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RACE, str(folder / "var")],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    keys = done.stdout.split()
    assert len(keys) == 8
    assert len(set(keys)) == 1
    assert weakness(keys[0]) is None
    assert [file.name for file in (folder / "var").iterdir()] == [FILE]


def test_a_folder_that_can_not_be_written_is_told_by_its_variable(
    folder: Path, variables: Set, refusal: Callable[[], str]
) -> None:
    (folder / "file").write_text("in the way")
    variables(data_dir=str(folder / "file" / "var"))
    assert refusal().startswith("AUTHSERVER_DATA_DIR: ")
