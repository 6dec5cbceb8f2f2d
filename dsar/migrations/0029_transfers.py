"""Transfers to a new holder, and who was told of which."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('dsar', '0028_incident_ends'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Transfer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('business', 'The business, or a part of it'), ('consent', 'The data of people who agreed to it')], max_length=20)),
                ('holder', models.CharField(max_length=200)),
                ('country', models.CharField(max_length=2)),
                ('contact', models.CharField(max_length=300)),
                ('effective_at', models.DateTimeField()),
                ('bound', models.BooleanField()),
                ('purposes', models.JSONField(default=list)),
                ('says', models.JSONField(default=dict)),
                ('entered_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('cancelled_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('requests_open', models.PositiveIntegerField(blank=True, null=True)),
                ('cancelled_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('confirmed_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('consent_purpose', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dsar.purpose')),
                ('entered_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'dsar_registers_transfer',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='TransferNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('attempts', models.PositiveSmallIntegerField(db_default=0, default=0)),
                ('claimed_at', models.DateTimeField(blank=True, null=True)),
                ('mailed_at', models.DateTimeField(blank=True, null=True)),
                ('renewed', models.JSONField(db_default=[], default=list)),
                ('went', models.BooleanField(blank=True, null=True)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('consent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='dsar.consent')),
                ('subject', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('transfer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='dsar.transfer')),
            ],
            options={
                'db_table': 'dsar_registers_transfernotice',
                'default_permissions': (),
            },
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('consent_purpose__isnull', True), ('kind', 'business')), models.Q(('bound', True), ('consent_purpose__isnull', False), ('kind', 'consent')), _connector='OR'), name='dsar_transfer_by_consent_names_it'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at__isnull', True), ('confirmed_by__isnull', True)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), _connector='OR'), name='dsar_transfer_confirmed_whole'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), models.Q(('cancelled_at__isnull', True), ('confirmed_at__isnull', False)), _connector='OR'), name='dsar_transfer_ends_confirmed'),
        ),
        migrations.AddIndex(
            model_name='transfernotice',
            index=models.Index(condition=models.Q(('mailed_at__isnull', True)), fields=['transfer', 'id'], name='dsar_transfer_notice_waits'),
        ),
        migrations.AddConstraint(
            model_name='transfernotice',
            constraint=models.UniqueConstraint(fields=('subject', 'transfer'), name='dsar_transfer_notice_once'),
        ),
    ]
