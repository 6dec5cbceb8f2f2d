"""The privacy policy in versions; what is published is refused any change."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


FROZEN = """
CREATE FUNCTION dsar_policy_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A published version of the privacy policy is never changed.'
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER dsar_policy_frozen BEFORE UPDATE OR DELETE ON dsar_registers_privacypolicy
    FOR EACH ROW WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION dsar_policy_refuse();
"""

ALLOW = """
DROP TRIGGER dsar_policy_frozen ON dsar_registers_privacypolicy;
DROP FUNCTION dsar_policy_refuse();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('dsar', '0016_balancing'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PrivacyPolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.SlugField(max_length=20, unique=True)),
                ('effective_at', models.DateTimeField()),
                ('significant', models.BooleanField(default=False)),
                ('changes', models.JSONField(default=dict)),
                ('texts', models.JSONField(default=dict)),
                ('digest', models.CharField(blank=True, editable=False, max_length=64)),
                ('written_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('published_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('written_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'privacy policies',
                'db_table': 'dsar_registers_privacypolicy',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='PolicyNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('attempts', models.PositiveSmallIntegerField(db_default=0, default=0)),
                ('claimed_at', models.DateTimeField(blank=True, null=True)),
                ('mailed_at', models.DateTimeField(blank=True, null=True)),
                ('acknowledged_at', models.DateTimeField(blank=True, null=True)),
                ('subject', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('policy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='dsar.privacypolicy')),
            ],
            options={
                'db_table': 'dsar_registers_policynotice',
                'default_permissions': (),
            },
        ),
        migrations.AddConstraint(
            model_name='privacypolicy',
            constraint=models.UniqueConstraint(condition=models.Q(('published_at__isnull', False)), fields=('effective_at',), name='dsar_policy_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='privacypolicy',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('digest', ''), ('published_at__isnull', True), ('published_by__isnull', True)), models.Q(('published_at__isnull', False), ('published_by__isnull', False), models.Q(('digest', ''), _negated=True)), _connector='OR'), name='dsar_policy_published_whole'),
        ),
        migrations.AddConstraint(
            model_name='privacypolicy',
            constraint=models.CheckConstraint(condition=models.Q(('published_by__isnull', True), models.Q(('published_by', models.F('written_by')), _negated=True), _connector='OR'), name='dsar_policy_published_by_another'),
        ),
        migrations.AddConstraint(
            model_name='privacypolicy',
            constraint=models.CheckConstraint(condition=models.Q(('published_at__isnull', True), ('effective_at__gte', models.F('published_at')), _connector='OR'), name='dsar_policy_never_backdated'),
        ),
        migrations.AddIndex(
            model_name='policynotice',
            index=models.Index(condition=models.Q(('acknowledged_at__isnull', True), ('mailed_at__isnull', True)), fields=['policy', 'id'], name='dsar_policy_notice_waits'),
        ),
        migrations.AddConstraint(
            model_name='policynotice',
            constraint=models.UniqueConstraint(fields=('policy', 'subject'), name='dsar_policy_notice_once'),
        ),
        migrations.RunSQL(FROZEN, ALLOW),
    ]
