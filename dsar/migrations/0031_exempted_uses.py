"""The register of what was done without authorisation."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("dsar", "0030_redactions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ExemptedUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('act', models.CharField(choices=[('use', 'Collected or used'), ('transfer', 'Transferred')], max_length=10)),
                ('code', models.CharField(max_length=40)),
                ('reason', models.CharField(max_length=1000)),
                ('secret', models.BooleanField(default=False)),
                ('used_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('disclosure', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='exemption', to='dsar.disclosure')),
                ('entered_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('purpose', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dsar.purpose')),
                ('subject', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'use without authorisation',
                'verbose_name_plural': 'uses without authorisation',
                'db_table': 'dsar_registers_exempteduse',
                'default_permissions': (),
                'indexes': [models.Index(fields=['subject', 'used_at'], name='dsar_exempted_use_when')],
                'constraints': [models.CheckConstraint(condition=models.Q(('act__in', ['use', 'transfer'])), name='dsar_exempted_use_act_known'), models.CheckConstraint(condition=models.Q(models.Q(('code', ''), _negated=True), ('reason__regex', '\\S')), name='dsar_exempted_use_has_code_and_reason')],
            },
        ),
    ]
