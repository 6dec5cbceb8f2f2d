"""The ledger's entries can be added to and read, and nothing else."""

from django.db import migrations

FORBID = """
CREATE FUNCTION dsar_ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The ledger only grows: % on % is refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER dsar_ledger_no_change BEFORE UPDATE OR DELETE ON dsar_ledger_entry
    FOR EACH ROW EXECUTE FUNCTION dsar_ledger_refuse();
CREATE TRIGGER dsar_ledger_no_truncate BEFORE TRUNCATE ON dsar_ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION dsar_ledger_refuse();
"""

ALLOW = """
DROP TRIGGER dsar_ledger_no_truncate ON dsar_ledger_entry;
DROP TRIGGER dsar_ledger_no_change ON dsar_ledger_entry;
DROP FUNCTION dsar_ledger_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("dsar", "0001_initial")]

    operations = [migrations.RunSQL(FORBID, reverse_sql=ALLOW)]
