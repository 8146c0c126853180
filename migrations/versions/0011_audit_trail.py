"""Reading the audit trail by whom, what and when, and sealing it."""

from alembic import op

revision = "0011"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema; the version before must be able to run on the result."""
    with op.batch_alter_table("audit_events", schema=None) as batch_op:
        batch_op.create_index("ix_audit_events_at_id", ["at", "id"], unique=False)
        batch_op.create_index(
            "ix_audit_events_organization_at_id", ["organization_id", "at", "id"], unique=False
        )
        batch_op.create_index("ix_audit_events_actor_at_id", ["actor", "at", "id"], unique=False)
        batch_op.create_index("ix_audit_events_target_at_id", ["target", "at", "id"], unique=False)
        batch_op.drop_index(batch_op.f("ix_audit_events_at"))
        batch_op.drop_index("ix_audit_events_organization_at")


def downgrade() -> None:
    """Migrations go forward only; restore a backup to go back."""
    raise RuntimeError("migrations go forward only; restore a backup to go back")
