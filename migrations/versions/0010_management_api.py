"""What was created under the idempotency keys of the management API."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema; the version before must be able to run on the result."""
    op.create_table(
        "creations",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("asked", sa.LargeBinary(length=32), nullable=False),
        sa.Column("body", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("location", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_creations")),
    )
    with op.batch_alter_table("creations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_creations_expires_at"), ["expires_at"], unique=False)


def downgrade() -> None:
    """Migrations go forward only; restore a backup to go back."""
    raise RuntimeError("migrations go forward only; restore a backup to go back")
