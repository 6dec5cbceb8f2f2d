"""The register of incidents; its timeline only grows."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


GROWS = """
CREATE FUNCTION dsar_incident_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The timeline of an incident only grows.' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER dsar_incident_entry_grows BEFORE UPDATE OR DELETE ON dsar_registers_incident_entry
    FOR EACH ROW EXECUTE FUNCTION dsar_incident_refuse();
"""

ALLOW = """
DROP TRIGGER dsar_incident_entry_grows ON dsar_registers_incident_entry;
DROP FUNCTION dsar_incident_refuse();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('dsar', '0017_privacy_policy'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='key',
            name='kind',
            field=models.CharField(choices=[('case', 'Case content'), ('package', 'Package'), ('incident', 'Incident')], max_length=16),
        ),
        migrations.CreateModel(
            name='Incident',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('misdelivered', 'Sent to the wrong person'), ('disclosed', 'Seen or taken by others'), ('lost', 'Lost or destroyed'), ('altered', 'Changed without right'), ('unavailable', 'Not to be reached')], max_length=20)),
                ('laws', models.JSONField(default=list)),
                ('occurred_at', models.DateTimeField(blank=True, null=True)),
                ('discovered_at', models.DateTimeField()),
                ('grounds_at', models.DateTimeField()),
                ('answers', models.JSONField(blank=True, null=True)),
                ('decided', models.JSONField(default=dict)),
                ('assessed_at', models.DateTimeField(blank=True, null=True)),
                ('case_reference', models.UUIDField(blank=True, null=True)),
                ('letter', models.BinaryField(blank=True, null=True)),
                ('released_at', models.DateTimeField(blank=True, null=True)),
                ('opened_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('key', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dsar.key')),
            ],
            options={
                'db_table': 'dsar_registers_incident',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='IncidentEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('opened', 'Opened'), ('noted', 'Noted'), ('contained', 'Contained'), ('assessed', 'Assessed'), ('decided', 'Decided'), ('authority_told', 'Authority told'), ('people_found', 'People found'), ('letter_written', 'Letter written'), ('letters_released', 'Letters released'), ('letters_sent', 'Letters sent'), ('closed', 'Closed')], max_length=20)),
                ('law', models.CharField(blank=True, max_length=10)),
                ('at', models.DateTimeField()),
                ('written_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('text', models.BinaryField()),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='dsar.incident')),
                ('written_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'dsar_registers_incident_entry',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='IncidentNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.BinaryField(blank=True, null=True)),
                ('digest', models.CharField(blank=True, max_length=64)),
                ('attempts', models.PositiveSmallIntegerField(db_default=0, default=0)),
                ('allowed', models.PositiveSmallIntegerField(db_default=1, default=1)),
                ('claimed_at', models.DateTimeField(blank=True, null=True)),
                ('mailed_at', models.DateTimeField(blank=True, null=True)),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='dsar.incident')),
                ('subject', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'dsar_registers_incident_notice',
                'default_permissions': (),
            },
        ),
        migrations.AddConstraint(
            model_name='incident',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['misdelivered', 'disclosed', 'lost', 'altered', 'unavailable'])), name='dsar_incident_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='incident',
            constraint=models.CheckConstraint(condition=models.Q(('released_at__isnull', True), ('letter__isnull', False), _connector='OR'), name='dsar_incident_released_with_letter'),
        ),
        migrations.AddConstraint(
            model_name='incidententry',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['opened', 'noted', 'contained', 'assessed', 'decided', 'authority_told', 'people_found', 'letter_written', 'letters_released', 'letters_sent', 'closed'])), name='dsar_incident_entry_kind_known'),
        ),
        migrations.AddIndex(
            model_name='incidentnotice',
            index=models.Index(condition=models.Q(('mailed_at__isnull', True)), fields=['incident', 'id'], name='dsar_incident_notice_waits'),
        ),
        migrations.AddConstraint(
            model_name='incidentnotice',
            constraint=models.UniqueConstraint(condition=models.Q(('subject__isnull', False)), fields=('incident', 'subject'), name='dsar_incident_account_once'),
        ),
        migrations.AddConstraint(
            model_name='incidentnotice',
            constraint=models.UniqueConstraint(condition=models.Q(('digest', ''), _negated=True), fields=('incident', 'digest'), name='dsar_incident_address_once'),
        ),
        migrations.AddConstraint(
            model_name='incidentnotice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('address__isnull', True), ('digest', ''), ('subject__isnull', False)), models.Q(('address__isnull', False), ('subject__isnull', True), models.Q(('digest', ''), _negated=True)), _connector='OR'), name='dsar_incident_account_or_address'),
        ),
        migrations.RunSQL(GROWS, ALLOW),
    ]
