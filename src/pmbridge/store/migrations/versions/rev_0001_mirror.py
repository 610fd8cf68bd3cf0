"""The mirror of the tools, the runs that fill it, and the reports made from it."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# SQLite counts rows by itself only in a column that is declared exactly INTEGER.
_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make all tables."""
    op.create_table(
        "census",
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("listed_at", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("held", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("connection_id", "project_id", "kind", name="pk_census"),
    )
    op.create_table(
        "connection",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("adapter", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_connection"),
        sa.UniqueConstraint("name", name="uq_connection"),
    )
    op.create_table(
        "lease",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text()),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("key", name="pk_lease"),
    )
    op.create_table(
        "memo",
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "key", name="pk_memo"),
    )
    op.create_table(
        "quarantine",
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text()),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "kind", "external_id", name="pk_quarantine"),
    )
    op.create_table(
        "snapshot",
        sa.Column("id", _ROW_ID, sa.Identity(), nullable=False),
        sa.Column("engagement_id", sa.Text(), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("period_from", sa.Text()),
        sa.Column("period_to", sa.Text()),
        sa.Column("as_of", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("issued_at", sa.BigInteger()),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("inputs", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_snapshot"),
    )
    op.create_table(
        "workspace",
        sa.Column("id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workspace"),
    )
    op.create_table(
        "cursor",
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.LargeBinary()),
        sa.Column("format", sa.LargeBinary(), nullable=False),
        sa.Column("mapping_hash", sa.LargeBinary()),
        sa.Column("full_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"], name="fk_cursor_connection_id"),
        sa.PrimaryKeyConstraint("connection_id", name="pk_cursor"),
    )
    op.create_table(
        "project",
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text()),
        sa.Column("name", sa.Text()),
        sa.Column("url", sa.Text()),
        sa.Column("complete_as_of", sa.BigInteger()),
        sa.Column("problem", sa.LargeBinary()),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"], name="fk_project_connection_id"),
        sa.PrimaryKeyConstraint("connection_id", "project_id", name="pk_project"),
    )
    op.create_table(
        "record",
        sa.Column("id", _ROW_ID, sa.Identity(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("shape", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text()),
        sa.Column("parent", sa.Text()),
        sa.Column("key", sa.Text()),
        sa.Column("title", sa.Text()),
        sa.Column("marker", sa.Text()),
        sa.Column("version", sa.Text()),
        sa.Column("updated_at", sa.BigInteger()),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("presence", sa.Text(), nullable=False),
        sa.Column("presence_at", sa.BigInteger(), nullable=False),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_record"),
        sa.UniqueConstraint("connection_id", "kind", "external_id", name="uq_record"),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"], name="fk_record_connection_id"),
    )
    op.create_index(
        "record_by_marker",
        "record",
        ["connection_id", "marker"],
        sqlite_where=sa.text("marker IS NOT NULL"),
        postgresql_where=sa.text("marker IS NOT NULL"),
    )
    op.create_index(
        "record_by_parent",
        "record",
        ["connection_id", "parent"],
        sqlite_where=sa.text("parent IS NOT NULL"),
        postgresql_where=sa.text("parent IS NOT NULL"),
    )
    op.create_index("record_by_project", "record", ["connection_id", "project_id", "kind"])
    op.create_table(
        "run",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("observed_at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text()),
        sa.Column("counts", sa.LargeBinary()),
        sa.Column("error", sa.Text()),
        sa.Column("complete", sa.LargeBinary()),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"], name="fk_run_connection_id"),
        sa.PrimaryKeyConstraint("id", "connection_id", name="pk_run"),
    )
    op.create_table(
        "detail",
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("version", sa.Text()),
        sa.Column("hash", sa.LargeBinary()),
        sa.Column("read_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name="fk_detail_record_id"),
        sa.PrimaryKeyConstraint("record_id", "part", name="pk_detail"),
    )
    op.create_table(
        "former_project",
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name="fk_former_project_record_id"),
        sa.PrimaryKeyConstraint("connection_id", "project_id", "record_id", name="pk_former_project"),
    )
    op.create_table(
        "history",
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("observed_at", sa.BigInteger(), nullable=False),
        sa.Column("project_id", sa.Text()),
        sa.Column("presence", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary()),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name="fk_history_record_id"),
        sa.PrimaryKeyConstraint("record_id", "observed_at", name="pk_history"),
    )
    op.create_table(
        "record_text",
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("original", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name="fk_record_text_record_id"),
        sa.PrimaryKeyConstraint("record_id", "field", name="pk_record_text"),
    )


def downgrade() -> None:
    """Drop all tables, those first that refer to others."""
    for table in (
        "record_text",
        "history",
        "former_project",
        "detail",
        "run",
        "record",
        "project",
        "cursor",
        "workspace",
        "snapshot",
        "quarantine",
        "memo",
        "lease",
        "connection",
        "census",
    ):
        op.drop_table(table)
