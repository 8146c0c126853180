from pathlib import Path

import pytest

from authserver.config import ConfigurationError, Settings
from authserver.web.single_server import claim_database
from tests.support.server import MASTER_KEY


def settings(database: str, folder: Path) -> Settings:
    return Settings(database_url=database, data_dir=folder, master_key=MASTER_KEY)


def test_a_second_server_on_one_sqlite_file_is_refused_and_told_who_serves_it(tmp_path: Path) -> None:
    file = tmp_path / "data" / "test.db"
    once = settings(f"sqlite:///{file}", tmp_path)
    with claim_database(once):
        with (
            pytest.raises(ConfigurationError, match="is served by another server") as refused,
            claim_database(once),
        ):
            pass
        holder = Path(f"{file}.server").read_text()
        assert holder
        assert holder in str(refused.value)
        assert str(file) in str(refused.value)
    with claim_database(once):
        pass


def test_another_way_to_the_same_file_makes_no_difference(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    with (
        claim_database(settings(f"sqlite:///{tmp_path / 'real' / 'test.db'}", tmp_path)),
        pytest.raises(ConfigurationError),
        claim_database(settings(f"sqlite:///{tmp_path / 'link' / '..' / 'link' / 'test.db'}", tmp_path)),
    ):
        pass


def test_other_files_and_postgresql_carry_servers_of_their_own(tmp_path: Path) -> None:
    databases = (f"sqlite:///{tmp_path}/1.db", f"sqlite:///{tmp_path}/2.db", "postgresql://u@h/d")
    with (
        claim_database(settings(databases[0], tmp_path)),
        claim_database(settings(databases[1], tmp_path)),
        claim_database(settings(databases[2], tmp_path)),
        claim_database(settings(databases[2], tmp_path)),
    ):
        assert sorted(file.name for file in tmp_path.glob("*.server")) == ["1.db.server", "2.db.server"]
