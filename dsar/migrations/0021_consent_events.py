"""Each event of a consent with its receipt, and by which signal an objection came."""

import django.db.models.deletion
import uuid
from django.db import migrations, models


FROZEN = """
CREATE FUNCTION dsar_consent_event_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'What a person said about a consent is never changed.' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER dsar_consent_event_frozen BEFORE UPDATE ON dsar_registers_consentevent
    FOR EACH ROW EXECUTE FUNCTION dsar_consent_event_refuse();
"""

ALLOW = """
DROP TRIGGER dsar_consent_event_frozen ON dsar_registers_consentevent;
DROP FUNCTION dsar_consent_event_refuse();
"""


class Migration(migrations.Migration):

    dependencies = [
        ("dsar", "0020_incident_letters"),
    ]

    operations = [
        migrations.AddField(
            model_name='objection',
            name='signal',
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.CreateModel(
            name='ConsentEvent',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('given', 'Given'), ('renewed', 'Given again'), ('withdrawn', 'Withdrawn')], max_length=20)),
                ('happened_at', models.DateTimeField()),
                ('receipt', models.JSONField()),
                ('consent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='dsar.consent')),
            ],
            options={
                'db_table': 'dsar_registers_consentevent',
                'ordering': ['-happened_at', '-id'],
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['given', 'renewed', 'withdrawn'])), name='dsar_consent_event_kind_known')],
            },
        ),
        migrations.RunSQL(FROZEN, ALLOW),
    ]
