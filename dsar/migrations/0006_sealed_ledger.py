"""Seal the ledger: the tree's tables, which only grow, and the queue of entries that wait for their place."""

import django.db.models.functions.datetime
from django.db import migrations, models

TABLES = ("leaf", "node", "checkpoint", "placement")
"""What only grows beside the entries; the queue does not."""

ONLY_GROWS = "".join(
    f"""
CREATE TRIGGER dsar_ledger_no_change BEFORE UPDATE OR DELETE ON dsar_ledger_{table}
    FOR EACH ROW EXECUTE FUNCTION dsar_ledger_refuse();
CREATE TRIGGER dsar_ledger_no_truncate BEFORE TRUNCATE ON dsar_ledger_{table}
    FOR EACH STATEMENT EXECUTE FUNCTION dsar_ledger_refuse();
"""
    for table in TABLES
)

ALLOW = "".join(
    f"""
DROP TRIGGER dsar_ledger_no_truncate ON dsar_ledger_{table};
DROP TRIGGER dsar_ledger_no_change ON dsar_ledger_{table};
"""
    for table in TABLES
)

# Whoever appends, and however: the entry waits to be sealed from the moment its transaction commits. Those that
# were there before wait from now on.
QUEUE = """
CREATE FUNCTION dsar_ledger_wait() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO dsar_ledger_unsealed (entry) SELECT id FROM fresh;
    RETURN NULL;
END
$$;
CREATE TRIGGER dsar_ledger_waits AFTER INSERT ON dsar_ledger_entry
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION dsar_ledger_wait();
INSERT INTO dsar_ledger_unsealed (entry) SELECT id FROM dsar_ledger_entry;
"""

NO_QUEUE = """
DROP TRIGGER dsar_ledger_waits ON dsar_ledger_entry;
DROP FUNCTION dsar_ledger_wait();
"""


class Migration(migrations.Migration):

    dependencies = [("dsar", "0005_rule_editions")]

    operations = [
        migrations.CreateModel(
            name='Checkpoint',
            fields=[
                ('size', models.BigIntegerField(primary_key=True, serialize=False)),
                ('root', models.BinaryField()),
                ('peaks', models.BinaryField()),
                ('note', models.TextField()),
                ('sealed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'db_table': 'dsar_ledger_checkpoint',
            },
        ),
        migrations.CreateModel(
            name='Leaf',
            fields=[
                ('index', models.BigIntegerField(primary_key=True, serialize=False)),
                ('entry', models.BigIntegerField(unique=True)),
                ('hash', models.BinaryField()),
            ],
            options={
                'verbose_name_plural': 'leaves',
                'db_table': 'dsar_ledger_leaf',
            },
        ),
        migrations.CreateModel(
            name='Unsealed',
            fields=[
                ('entry', models.BigIntegerField(primary_key=True, serialize=False)),
            ],
            options={
                'verbose_name_plural': 'unsealed',
                'db_table': 'dsar_ledger_unsealed',
            },
        ),
        migrations.CreateModel(
            name='Node',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('level', models.SmallIntegerField()),
                ('position', models.BigIntegerField()),
                ('hash', models.BinaryField()),
            ],
            options={
                'db_table': 'dsar_ledger_node',
                'constraints': [models.UniqueConstraint(fields=('level', 'position'), name='dsar_node_place')],
            },
        ),
        migrations.CreateModel(
            name='Placement',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('place', models.CharField(max_length=64)),
                ('size', models.BigIntegerField()),
                ('placed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'db_table': 'dsar_ledger_placement',
                'constraints': [models.UniqueConstraint(fields=('place', 'size'), name='dsar_placement_once')],
            },
        ),
        migrations.RunSQL(ONLY_GROWS, ALLOW),
        migrations.RunSQL(QUEUE, NO_QUEUE),
    ]
