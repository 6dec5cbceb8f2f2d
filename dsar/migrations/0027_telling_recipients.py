"""How recipients are told: tries, proof, and what somebody ended by hand."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("dsar", "0026_purposes_start"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='recipienttask',
            name='attempts',
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='recipienttask',
            name='digest',
            field=models.CharField(blank=True, db_default='', max_length=64),
        ),
        migrations.AddField(
            model_name='recipienttask',
            name='ended_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='recipienttask',
            name='ended_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='recipienttask',
            name='facts',
            field=models.BinaryField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='recipienttask',
            name='failure',
            field=models.CharField(blank=True, db_default='', max_length=100),
        ),
        migrations.AddField(
            model_name='recipienttask',
            name='next_try_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='recipienttask',
            name='sent_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='recipienttask',
            name='status',
            field=models.CharField(blank=True, db_default='', max_length=20),
        ),
        migrations.AddField(
            model_name='recipienttask',
            name='tried_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name='recipienttask',
            index=models.Index(condition=models.Q(('state', 'open'), ('tried_at__isnull', True)), fields=['next_try_at'], name='dsar_recipient_task_waits'),
        ),
        migrations.AddConstraint(
            model_name='recipienttask',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['impossible', 'disproportionate']), _negated=True), models.Q(('ended_at__isnull', False), ('facts__isnull', False)), _connector='OR'), name='dsar_recipient_task_ended_with_facts'),
        ),
    ]
