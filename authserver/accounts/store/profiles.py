"""The queries and writes of profiles."""

from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from authserver.accounts.models import ProfileRow
from authserver.accounts.profile import TEXTS, Profile
from authserver.extensions import db, dialect


def find(account_id: str) -> Profile:
    """Return the profile of an account, an empty one when it has none."""
    row = db.session.scalar(
        select(ProfileRow)
        .where(ProfileRow.account_id == account_id)
        .execution_options(populate_existing=True)
    )
    if row is None:
        return Profile()
    return Profile(**{name: getattr(row, name) for name in TEXTS}, updated_at=row.updated_at)


def put(account_id: str, profile: Profile) -> None:
    """Write the profile of an account."""
    insert = sqlite.insert if dialect() == "sqlite" else postgresql.insert
    values = asdict(profile)
    statement = insert(ProfileRow).values(account_id=account_id, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=[ProfileRow.account_id], set_=values))
