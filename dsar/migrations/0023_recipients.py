"""The register of recipients, and what a disclosure needs by it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("dsar", "0022_retention"),
    ]

    operations = [
        migrations.AddField(
            model_name='disclosure',
            name='beyond',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='disclosure',
            name='document',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='recipienttask',
            name='secret',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(
            model_name='key',
            name='kind',
            field=models.CharField(choices=[('case', 'Case content'), ('package', 'Package'), ('incident', 'Incident'), ('recipient', 'Recipient')], max_length=16),
        ),
        migrations.CreateModel(
            name='RecipientRecord',
            fields=[
                ('code', models.SlugField(max_length=60, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200)),
                ('role', models.CharField(choices=[('processor', 'Processor'), ('controller', 'Controller'), ('agent', 'Agent'), ('authority', 'Authority'), ('public', 'Everybody')], max_length=20)),
                ('country', models.CharField(help_text='ISO 3166: SG, DE, GB.', max_length=2)),
                ('safeguard', models.CharField(blank=True, help_text='What protects data that leaves Singapore or the EEA.', max_length=300)),
                ('contact', models.CharField(blank=True, help_text='Whom to write or to call.', max_length=300)),
                ('contract', models.CharField(blank=True, help_text='Where the contract lies.', max_length=200)),
                ('categories', models.JSONField(default=list)),
                ('breach_hours', models.PositiveSmallIntegerField(blank=True, help_text='Within how many hours they tell of a breach, by contract.', null=True)),
                ('assessed_on', models.DateField(blank=True, null=True)),
                ('review_on', models.DateField(blank=True, null=True)),
                ('channel', models.CharField(choices=[('none', 'By hand'), ('webhook', 'Signed webhook'), ('mail', 'Mail')], default='none', max_length=10)),
                ('address', models.CharField(blank=True, max_length=500)),
                ('secret', models.BinaryField(null=True)),
                ('declared', models.BooleanField(default=False)),
                ('key', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dsar.key')),
            ],
            options={
                'verbose_name': 'recipient',
                'db_table': 'dsar_registers_recipient',
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('role__in', ['processor', 'controller', 'agent', 'authority', 'public'])), name='dsar_recipient_role_known'), models.CheckConstraint(condition=models.Q(('channel', 'none'), models.Q(('address__contains', '@'), ('channel', 'mail')), models.Q(('address__startswith', 'https://'), ('channel', 'webhook'), ('secret__isnull', False)), _connector='OR'), name='dsar_recipient_can_be_reached')],
            },
        ),
    ]
