"""Reports that data of a minor is held."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("dsar", "0035_staff_records"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='MinorReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('case_reference', models.UUIDField(unique=True)),
                ('reported_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('triage_on', models.DateField()),
                ('target_on', models.DateField()),
                ('finding', models.CharField(blank=True, choices=[('confirmed', "It is a minor's"), ('unfounded', 'It is not, or nothing shows it')], max_length=20)),
                ('shown', models.CharField(blank=True, max_length=30)),
                ('triaged_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('ended_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('subject', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('triaged_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'dsar_registers_minorreport',
                'default_permissions': (),
                'indexes': [models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['subject'], name='dsar_minor_locked')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('finding', ''), ('subject__isnull', True), ('triaged_at__isnull', True)), models.Q(('finding', 'unfounded'), ('subject__isnull', True), ('triaged_at__isnull', False)), models.Q(('finding', 'confirmed'), ('triaged_at__isnull', False), models.Q(('shown', ''), _negated=True)), _connector='OR'), name='dsar_minor_report_triaged_whole'), models.CheckConstraint(condition=models.Q(models.Q(('finding', 'unfounded'), _negated=True), ('ended_at__isnull', False), _connector='OR'), name='dsar_minor_report_unfounded_ends')],
            },
        ),
    ]
