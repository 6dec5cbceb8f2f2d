"""Refuse in the database what no code may do: change the ledger, move a request where no move leads."""

from django.db import migrations

from dsar.cases import transitions

ONLY_GROWS = """
CREATE OR REPLACE FUNCTION dsar_ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The ledger only grows: % on % is refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE OR REPLACE TRIGGER dsar_ledger_no_change BEFORE UPDATE OR DELETE ON dsar_ledger_entry
    FOR EACH ROW EXECUTE FUNCTION dsar_ledger_refuse();
CREATE OR REPLACE TRIGGER dsar_ledger_no_truncate BEFORE TRUNCATE ON dsar_ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION dsar_ledger_refuse();
"""

ALLOW = """
DROP TRIGGER dsar_ledger_no_truncate ON dsar_ledger_entry;
DROP TRIGGER dsar_ledger_no_change ON dsar_ledger_entry;
DROP FUNCTION dsar_ledger_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("dsar", "0001_initial")]

    operations = [
        migrations.RunSQL(ONLY_GROWS, ALLOW),
        migrations.RunSQL(transitions.sql(), transitions.REVERSE_SQL),
    ]
