"""When a purpose may be used, and the assessments that some need before."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


# What was in use goes on; what must be weighed waits for its assessment.
IN_USE = """
UPDATE dsar_registers_purpose SET active_from = now()
WHERE basis <> 'legitimate_interest' AND coalesce(said->>'pdpa', '') !~* 's 15a|legitimate interest'
"""


class Migration(migrations.Migration):

    dependencies = [
        ("dsar", "0025_audit_export"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='purpose',
            name='active_from',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='purpose',
            name='declared_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='purpose',
            name='started_by',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='purpose',
            name='told_in',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dsar.privacypolicy'),
        ),
        migrations.CreateModel(
            name='Assessment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('basis', models.CharField(max_length=30)),
                ('benefit', models.TextField()),
                ('necessity', models.TextField()),
                ('balance', models.TextField()),
                ('review_on', models.DateField()),
                ('written_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('purpose', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assessments', to='dsar.purpose')),
                ('written_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'dsar_registers_assessment',
                'ordering': ['-written_at', '-id'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Signature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('office', models.CharField(choices=[('business', 'Whoever answers for the use'), ('legal', 'Legal counsel'), ('officer', 'Data protection officer')], max_length=20)),
                ('signed_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('assessment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='dsar.assessment')),
                ('signed_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'dsar_registers_signature',
                'ordering': ['signed_at'],
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('assessment', 'office'), name='dsar_signature_one_an_office'), models.UniqueConstraint(fields=('assessment', 'signed_by'), name='dsar_signature_one_a_person'), models.CheckConstraint(condition=models.Q(('office__in', ['business', 'legal', 'officer'])), name='dsar_signature_office_known')],
            },
        ),
        migrations.RunSQL(IN_USE, migrations.RunSQL.noop),
    ]
