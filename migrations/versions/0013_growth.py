"""Letters by state, addresses by how they begin, API clients and invitations by whose they are."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema; the version before must be able to run on the result."""
    op.create_index("ix_outbox_state_created_at_id", "outbox", ["state", "created_at", "id"], unique=False)
    op.create_index(
        "ix_api_clients_organization_id_id", "api_clients", ["organization_id", "id"], unique=False
    )
    op.drop_index("ix_api_clients_organization_id", "api_clients")
    op.create_index(
        "ix_invitations_organization_id_inviter", "invitations", ["organization_id", "inviter"], unique=False
    )
    if op.get_bind().dialect.name == "postgresql":
        # SQLite compares bytes anyway. The index of addresses is made anew; the table is not.
        op.alter_column("accounts", "email", type_=sa.String(254, collation="C"), existing_nullable=False)


def downgrade() -> None:
    """Migrations go forward only; restore a backup to go back."""
    raise RuntimeError("migrations go forward only; restore a backup to go back")
