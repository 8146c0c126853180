"""${message}."""

from alembic import op
import sqlalchemy as sa

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema; the version before must be able to run on the result."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Migrations go forward only; restore a backup to go back."""
    raise RuntimeError("migrations go forward only; restore a backup to go back")
