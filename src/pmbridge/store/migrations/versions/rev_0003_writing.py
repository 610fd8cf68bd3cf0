"""Writing back: links and bases, the journal of writes, and plans."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "link",
        sa.Column("id", _ROW_ID, sa.Identity(), nullable=False),
        sa.Column("engagement_id", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_link"),
        sa.UniqueConstraint("engagement_id", "ref", "connection_id", "role", name="uq_link"),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"], name="fk_link_connection_id"),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name="fk_link_record_id"),
    )
    op.create_index("link_of_record", "link", ["record_id"], unique=True)
    op.create_table(
        "base",
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("ours", sa.LargeBinary()),
        sa.Column("theirs", sa.LargeBinary()),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("link_id", "field", name="pk_base"),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name="fk_base_link_id"),
    )
    op.create_table(
        "outbox",
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("engagement_id", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("write", sa.LargeBinary(), nullable=False),
        sa.Column("fields", sa.LargeBinary(), nullable=False),
        sa.Column("pre_version", sa.Text()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("fence", sa.BigInteger()),
        sa.Column("intent_at", sa.BigInteger()),
        sa.Column("send_before", sa.BigInteger()),
        sa.Column("plan_id", sa.Integer()),
        sa.Column("error", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("uid", name="pk_outbox"),
        sa.UniqueConstraint("engagement_id", "ref", "connection_id", "role", "seq", name="uq_outbox"),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"], name="fk_outbox_connection_id"),
    )
    still_open = sa.text("(state NOT IN ('done', 'dropped'))")
    op.create_index(
        "outbox_open",
        "outbox",
        ["connection_id", "state"],
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
    op.create_table(
        "plan",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("mapping_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_plan"),
    )
    op.create_table(
        "plan_entry",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("engagement_id", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("plan_id", "n", name="pk_plan_entry"),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name="fk_plan_entry_plan_id"),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"], name="fk_plan_entry_connection_id"),
    )


def downgrade() -> None:
    """Drop the tables; what was written to the tools is forgotten with them, what the register says is not."""
    for table in ("plan_entry", "plan", "outbox", "base", "link"):
        op.drop_table(table)
