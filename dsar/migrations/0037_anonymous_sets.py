"""Registers of anonymous data sets, and of people who were told where data about them came from."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("dsar", "0036_minor_reports"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AnonymousSet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, unique=True)),
                ('content', models.TextField()),
                ('method', models.TextField()),
                ('review_on', models.DateField()),
                ('entered_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
                ('entered_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'anonymous data set',
                'db_table': 'dsar_registers_anonymousset',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='AnonymousShare',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('shared_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('dataset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shares', to='dsar.anonymousset')),
                ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dsar.recipientrecord')),
                ('shared_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'dsar_registers_anonymousshare',
                'ordering': ['-shared_at', '-id'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='RelinkTest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('rows', models.PositiveIntegerField()),
                ('columns', models.JSONField(default=list)),
                ('smallest', models.PositiveIntegerField()),
                ('linked', models.PositiveIntegerField()),
                ('weighed', models.TextField()),
                ('passed', models.BooleanField()),
                ('tested_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('dataset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tests', to='dsar.anonymousset')),
                ('tested_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'dsar_registers_relinktest',
                'ordering': ['-tested_at', '-id'],
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('passed', False), models.Q(('linked', 0), ('smallest__gt', 1)), _connector='OR'), name='dsar_relink_passed_found_nobody')],
            },
        ),
        migrations.CreateModel(
            name='SourceNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('declaration', models.CharField(max_length=100)),
                ('row', models.CharField(max_length=64)),
                ('told_on', models.DateField(blank=True, null=True)),
                ('exception', models.CharField(blank=True, choices=[('informed', 'They know it already (Art. 14(5)(a))'), ('effort', 'Impossible or too much effort, and said in public (Art. 14(5)(b))'), ('law', 'A law lays the obtaining down (Art. 14(5)(c))'), ('secrecy', 'Professional secrecy (Art. 14(5)(d))')], max_length=20)),
                ('reason', models.CharField(blank=True, max_length=1000)),
                ('entered_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('entered_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'dsar_registers_sourcenotice',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('declaration', 'row'), name='dsar_source_notice_once'), models.CheckConstraint(condition=models.Q(models.Q(('exception', ''), ('told_on__isnull', False)), models.Q(('told_on__isnull', True), models.Q(('exception', ''), _negated=True), ('reason__regex', '\\S')), _connector='OR'), name='dsar_source_notice_told_or_excepted')],
            },
        ),
    ]
