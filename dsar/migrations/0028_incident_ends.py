"""The timeline of an incident only grows, until the incident's retention has ended."""

from django.db import migrations

UNTIL_ITS_END = """
CREATE OR REPLACE FUNCTION dsar_incident_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A day less, because retention ends with a day and not with an hour.
    IF TG_OP = 'DELETE' AND EXISTS (
        SELECT 1 FROM dsar_registers_incident
        WHERE id = OLD.incident_id AND closed_at < now() - interval '3 years' + interval '1 day'
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'The timeline of an incident only grows.' USING ERRCODE = 'restrict_violation';
END
$$;
"""

FOR_EVER = """
CREATE OR REPLACE FUNCTION dsar_incident_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The timeline of an incident only grows.' USING ERRCODE = 'restrict_violation';
END
$$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ("dsar", "0027_telling_recipients"),
    ]

    operations = [migrations.RunSQL(UNTIL_ITS_END, FOR_EVER)]
