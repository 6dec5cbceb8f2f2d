"""Every table, and what the database itself refuses: to change what only grows, or to move a request where no move leads.

It stands for the first 57 migrations: a database that has them all takes it as done.
"""

import uuid

import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

import dsar.cases.models
import dsar.cases.states
from dsar.cases import lateness, transitions

LEDGER = ("entry", "leaf", "node", "checkpoint", "placement")
"""What only grows of the ledger; the queue does not."""

LEDGER_ONLY_GROWS = """
CREATE FUNCTION dsar_ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The ledger only grows: % on % is refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;
""" + "".join(
    f"""
CREATE TRIGGER dsar_ledger_no_change BEFORE UPDATE OR DELETE ON dsar_ledger_{table}
    FOR EACH ROW EXECUTE FUNCTION dsar_ledger_refuse();
CREATE TRIGGER dsar_ledger_no_truncate BEFORE TRUNCATE ON dsar_ledger_{table}
    FOR EACH STATEMENT EXECUTE FUNCTION dsar_ledger_refuse();
"""
    for table in LEDGER
)

# Whoever appends, and however: the entry waits to be sealed from the moment its transaction commits.
QUEUE = """
CREATE FUNCTION dsar_ledger_wait() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO dsar_ledger_unsealed (entry) SELECT id FROM fresh;
    RETURN NULL;
END
$$;
CREATE TRIGGER dsar_ledger_waits AFTER INSERT ON dsar_ledger_entry
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION dsar_ledger_wait();
"""

POLICY_IS_FROZEN = """
CREATE FUNCTION dsar_policy_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A published version of the privacy policy is never changed.'
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER dsar_policy_frozen BEFORE UPDATE OR DELETE ON dsar_registers_privacypolicy
    FOR EACH ROW WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION dsar_policy_refuse();
"""

CONSENT_EVENT_IS_FROZEN = """
CREATE FUNCTION dsar_consent_event_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'What a person said about a consent is never changed.' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER dsar_consent_event_frozen BEFORE UPDATE ON dsar_registers_consentevent
    FOR EACH ROW EXECUTE FUNCTION dsar_consent_event_refuse();
"""

INCIDENT_GROWS_UNTIL_ITS_END = """
CREATE FUNCTION dsar_incident_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A day less, because retention ends with a day and not with an hour.
    IF TG_OP = 'DELETE' AND EXISTS (
        SELECT 1 FROM dsar_registers_incident
        WHERE id = OLD.incident_id AND closed_at < now() - interval '3 years' + interval '1 day'
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'The timeline of an incident only grows.' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER dsar_incident_entry_grows BEFORE UPDATE OR DELETE ON dsar_registers_incident_entry
    FOR EACH ROW EXECUTE FUNCTION dsar_incident_refuse();
"""

GUARDS = (LEDGER_ONLY_GROWS, QUEUE, POLICY_IS_FROZEN, CONSENT_EVENT_IS_FROZEN, INCIDENT_GROWS_UNTIL_ITS_END)

NO_GUARDS = """
DROP FUNCTION dsar_incident_refuse() CASCADE;
DROP FUNCTION dsar_consent_event_refuse() CASCADE;
DROP FUNCTION dsar_policy_refuse() CASCADE;
DROP FUNCTION dsar_ledger_wait() CASCADE;
DROP FUNCTION dsar_ledger_refuse() CASCADE;
"""


class Together(Operation):
    """New tables as one operation, because Django renders all that hangs on the account anew for each one it sees."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, tables):
        self.tables = tables

    def state_forwards(self, app_label, state):
        # What is not rendered is not rendered again either; the next who asks has all of them at once.
        vars(state).pop("apps", None)
        for table in self.tables:
            table.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for table in self.tables:
            table.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for table in reversed(self.tables):
            table.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self):
        return f"Create {len(self.tables)} tables"


REPLACED = (
    "0001_initial",
    "0002_guards",
    "0003_guests",
    "0004_tally_and_closed_requests",
    "0005_rule_editions",
    "0006_sealed_ledger",
    "0007_claims",
    "0008_the_smallest_of_one_due_day_first",
    "0009_hidden_steps",
    "0010_letters_in_versions",
    "0011_waiting_since",
    "0012_more_time",
    "0013_lateness",
    "0014_uploads_and_cases_taken_up_again",
    "0015_messages_and_complaints",
    "0016_balancing",
    "0017_privacy_policy",
    "0018_incidents",
    "0019_watching",
    "0020_incident_letters",
    "0021_consent_events",
    "0022_retention",
    "0023_recipients",
    "0024_case_ended",
    "0025_audit_export",
    "0026_purposes_start",
    "0027_telling_recipients",
    "0028_incident_ends",
    "0029_transfers",
    "0030_redactions",
    "0031_exempted_uses",
    "0032_redacted_files",
    "0033_enquiries",
    "0034_annotations",
    "0035_staff_records",
    "0036_minor_reports",
    "0037_anonymous_sets",
    "0038_kept_kinds",
    "0039_restriction_reviews",
    "0040_work_list_order",
    "0041_policy_at_receipt",
    "0042_intake_permission",
    "0043_hold_reviews",
    "0044_destinations",
    "0045_package_of_request",
    "0046_security_description",
    "0047_fees",
    "0048_hold_scopes_and_reviews",
    "0049_deputies",
    "0050_sendings",
    "0051_who_decides",
    "0052_derived_from",
    "0053_how_far",
    "0054_kept_in_part_gone_and_restricted",
    "0055_human_review",
    "0056_channels_and_number_checks",
    "0057_sweep_goes_on",
)


class Migration(migrations.Migration):

    initial = True

    replaces = [("dsar", name) for name in REPLACED]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Together([
            migrations.CreateModel(
                name='Checkpoint',
                fields=[
                    ('size', models.BigIntegerField(primary_key=True, serialize=False)),
                    ('root', models.BinaryField()),
                    ('peaks', models.BinaryField()),
                    ('note', models.TextField()),
                    ('sealed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ],
                options={
                    'db_table': 'dsar_ledger_checkpoint',
                },
            ),
            migrations.CreateModel(
                name='Count',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('name', models.CharField(max_length=40)),
                    ('amount', models.BigIntegerField(default=1)),
                    ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ],
                options={
                    'db_table': 'dsar_tally_count',
                    'default_permissions': (),
                },
            ),
            migrations.CreateModel(
                name='Leaf',
                fields=[
                    ('index', models.BigIntegerField(primary_key=True, serialize=False)),
                    ('entry', models.BigIntegerField(unique=True)),
                    ('hash', models.BinaryField()),
                ],
                options={
                    'verbose_name_plural': 'leaves',
                    'db_table': 'dsar_ledger_leaf',
                },
            ),
            migrations.CreateModel(
                name='NumberCheck',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('digest', models.BinaryField(max_length=32, unique=True)),
                    ('checked_on', models.DateField()),
                    ('listed', models.BooleanField()),
                ],
                options={
                    'verbose_name': 'check of the Do Not Call Register',
                    'verbose_name_plural': 'checks of the Do Not Call Register',
                    'db_table': 'dsar_registers_number_check',
                },
            ),
            migrations.CreateModel(
                name='Redaction',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('declaration', models.CharField(max_length=120)),
                    ('row', models.CharField(max_length=64)),
                    ('field', models.CharField(max_length=80)),
                    ('start', models.PositiveIntegerField()),
                    ('end', models.PositiveIntegerField()),
                    ('of_file', models.BooleanField(db_default=False, default=False)),
                    ('text_digest', models.CharField(max_length=64)),
                    ('instead_digest', models.CharField(blank=True, db_default='', max_length=64)),
                    ('grounds', models.JSONField()),
                    ('not_own', models.BooleanField(default=False)),
                    ('reason', models.BinaryField(null=True)),
                    ('needs_officer', models.BooleanField(default=False)),
                    ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('seen_at', models.DateTimeField(null=True)),
                    ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('seen_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='redactions', to='dsar.request')),
                ],
                options={
                    'db_table': 'dsar_cases_redaction',
                    'ordering': ['declaration', 'row', 'field', 'start'],
                    'default_permissions': (),
                    'constraints': [models.UniqueConstraint(fields=('request', 'declaration', 'row', 'field', 'start'), name='dsar_redacted_once'), models.CheckConstraint(condition=models.Q(('end__gt', models.F('start'))), name='dsar_redaction_not_empty'), models.CheckConstraint(condition=models.Q(('seen_by__isnull', True), ('made_by__isnull', True), models.Q(('seen_by', models.F('made_by')), _negated=True), _connector='OR'), name='dsar_redaction_second_look')],
                },
            ),
            migrations.CreateModel(
                name='Sweep',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('begun_at', models.DateTimeField()),
                    ('requests', models.JSONField()),
                    ('searched', models.JSONField(default=list)),
                    ('found', models.JSONField(default=dict)),
                ],
                options={
                    'db_table': 'dsar_engine_sweep',
                },
            ),
            migrations.CreateModel(
                name='Unsealed',
                fields=[
                    ('entry', models.BigIntegerField(primary_key=True, serialize=False)),
                    ('since', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ],
                options={
                    'verbose_name_plural': 'unsealed',
                    'db_table': 'dsar_ledger_unsealed',
                },
            ),
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
                name='Case',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('reference', models.CharField(default=dsar.cases.models.new_reference, editable=False, max_length=24, unique=True)),
                    ('subject_relation', models.CharField(default='customer', max_length=30)),
                    ('channel', models.CharField(choices=[('portal', 'Portal'), ('api', 'API'), ('email', 'E-mail'), ('post', 'Post'), ('phone', 'Phone'), ('in_person', 'In person'), ('authority', 'Authority')], default='portal', max_length=16)),
                    ('regimes', models.JSONField(default=list)),
                    ('language', models.CharField(default='en', max_length=10)),
                    ('received_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('verified_at', models.DateTimeField(blank=True, null=True)),
                    ('verification_method', models.CharField(blank=True, max_length=40)),
                    ('papers_allowed_at', models.DateTimeField(blank=True, null=True)),
                    ('policy_version', models.CharField(blank=True, db_default='', max_length=40)),
                    ('reply_channel', models.CharField(default='email', max_length=10)),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('frozen_at', models.DateTimeField(blank=True, null=True)),
                    ('identifiers', models.BinaryField(blank=True, null=True)),
                    ('address_digest', models.CharField(blank=True, max_length=64)),
                    ('contact', models.BinaryField()),
                    ('continues', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dsar.case')),
                    ('subject', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('key', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dsar.key')),
                ],
                options={
                    'db_table': 'dsar_cases_case',
                    'ordering': ['-received_at'],
                    'default_permissions': ('view',),
                    'indexes': [models.Index(fields=['subject', '-received_at'], name='dsar_case_subject'), models.Index(fields=['-received_at'], name='dsar_case_received'), models.Index(condition=models.Q(('address_digest', ''), _negated=True), fields=['address_digest', '-received_at'], name='dsar_case_address')],
                },
            ),
            migrations.CreateModel(
                name='Claim',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('said', models.BinaryField()),
                    ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                    ('has_permission', models.BooleanField(default=False)),
                    ('authority_accepted_at', models.DateTimeField(blank=True, null=True)),
                    ('authority_kind', models.CharField(blank=True, max_length=30)),
                    ('person_agreed_at', models.DateTimeField(blank=True, null=True)),
                    ('review_wanted_at', models.DateTimeField(blank=True, null=True)),
                    ('flags', models.JSONField(default=list)),
                    ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='claim', to='dsar.case')),
                ],
                options={
                    'db_table': 'dsar_cases_claim',
                    'default_permissions': (),
                },
            ),
            migrations.CreateModel(
                name='Disclosure',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('recipient_code', models.CharField(max_length=60)),
                    ('recipient', models.CharField(max_length=200)),
                    ('categories', models.JSONField(default=list)),
                    ('disclosed_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('basis', models.CharField(max_length=200)),
                    ('document', models.CharField(blank=True, max_length=200)),
                    ('beyond', models.JSONField(default=list)),
                    ('secret', models.BooleanField(default=False)),
                    ('subject', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('purpose', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='disclosures', to='dsar.purpose')),
                ],
                options={
                    'db_table': 'dsar_registers_disclosure',
                    'indexes': [models.Index(fields=['subject', 'disclosed_at'], name='dsar_disclosure_when')],
                },
            ),
            migrations.CreateModel(
                name='Entry',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('canonical', models.TextField()),
                    ('tag', models.GeneratedField(db_persist=True, expression=models.Func(django.db.models.functions.comparison.Cast('canonical', models.JSONField()), models.Value('tag'), function='jsonb_extract_path_text', output_field=models.TextField()), output_field=models.TextField())),
                    ('at', models.GeneratedField(db_persist=True, expression=models.Func(django.db.models.functions.comparison.Cast('canonical', models.JSONField()), models.Value('at'), function='jsonb_extract_path_text', output_field=models.TextField()), output_field=models.TextField())),
                    ('request', models.GeneratedField(db_persist=True, expression=models.Func(django.db.models.functions.comparison.Cast('canonical', models.JSONField()), models.Value('request'), function='jsonb_extract_path_text', output_field=models.TextField()), output_field=models.TextField(null=True))),
                ],
                options={
                    'verbose_name_plural': 'entries',
                    'db_table': 'dsar_ledger_entry',
                    'ordering': ['id'],
                    'indexes': [models.Index(fields=['request', 'id'], name='dsar_entry_request'), models.Index(fields=['tag', 'id'], name='dsar_entry_tag')],
                },
            ),
            migrations.CreateModel(
                name='Holiday',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('country', models.CharField(max_length=2)),
                    ('part', models.CharField(blank=True, max_length=3)),
                    ('day', models.DateField()),
                    ('free', models.BooleanField(default=True)),
                    ('name', models.CharField(max_length=120)),
                    ('entered_at', models.DateTimeField(default=django.utils.timezone.now)),
                ],
                options={
                    'db_table': 'dsar_cases_holiday',
                    'ordering': ['-id'],
                    'default_permissions': ('view',),
                    'indexes': [models.Index(fields=['country', 'part', 'day'], name='dsar_holiday_day')],
                },
            ),
            migrations.CreateModel(
                name='Key',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('kind', models.CharField(choices=[('case', 'Case content'), ('package', 'Package'), ('incident', 'Incident'), ('recipient', 'Recipient')], max_length=16)),
                    ('wrapped', models.BinaryField(null=True)),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('destroyed_at', models.DateTimeField(blank=True, null=True)),
                ],
                options={
                    'db_table': 'dsar_keys_key',
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('destroyed_at__isnull', True), ('wrapped__isnull', False)), models.Q(('destroyed_at__isnull', False), ('wrapped__isnull', True)), _connector='OR'), name='dsar_key_is_wrapped_or_destroyed')],
                },
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
                    ('at_once', models.BooleanField(default=False)),
                    ('opened_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('closed_at', models.DateTimeField(blank=True, null=True)),
                    ('key', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dsar.key')),
                ],
                options={
                    'db_table': 'dsar_registers_incident',
                    'default_permissions': (),
                    'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['misdelivered', 'disclosed', 'lost', 'altered', 'unavailable'])), name='dsar_incident_kind_known'), models.CheckConstraint(condition=models.Q(('released_at__isnull', True), ('letter__isnull', False), _connector='OR'), name='dsar_incident_released_with_letter')],
                },
            ),
            migrations.CreateModel(
                name='Letter',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('kind', models.CharField(choices=[('receipt', 'Receipt'), ('answer', 'Answer'), ('refusal', 'Refusal'), ('withdrawn', 'Withdrawn'), ('identity', 'Identity asked'), ('clarification', 'Clarification asked'), ('extension', 'Extension'), ('interim', 'Interim notice'), ('fee', 'Fee'), ('lifting', 'Lifting of a restriction'), ('forwarded', 'Forwarded'), ('not_verified', 'Not verified'), ('breach', 'Breach'), ('complaint_received', 'Complaint received'), ('complaint_outcome', 'Outcome of a complaint'), ('sent_on', 'Sent to another service, or not'), ('enquiry_received', 'Enquiry received'), ('enquiry_answer', 'Answer to an enquiry')], max_length=20)),
                    ('number', models.PositiveSmallIntegerField(default=1)),
                    ('template', models.CharField(default='1', max_length=10)),
                    ('content', models.BinaryField()),
                    ('written_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('mailed_at', models.DateTimeField(blank=True, null=True)),
                    ('mail_attempts', models.PositiveIntegerField(default=0)),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='dsar.case')),
                    ('request', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='dsar.request')),
                ],
                options={
                    'db_table': 'dsar_cases_letter',
                    'indexes': [models.Index(condition=models.Q(('mailed_at__isnull', True)), fields=['written_at'], name='dsar_letter_unmailed')],
                    'constraints': [models.UniqueConstraint(fields=('case', 'request', 'kind', 'number'), name='dsar_letter_once', nulls_distinct=False)],
                },
            ),
            migrations.CreateModel(
                name='Link',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('token_digest', models.BinaryField(max_length=32, unique=True)),
                    ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('expires_at', models.DateTimeField()),
                    ('code_digest', models.CharField(blank=True, max_length=64)),
                    ('code_expires_at', models.DateTimeField(blank=True, null=True)),
                    ('failures', models.PositiveSmallIntegerField(default=0)),
                    ('opened_at', models.DateTimeField(blank=True, null=True)),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='links', to='dsar.case')),
                ],
                options={
                    'db_table': 'dsar_cases_link',
                    'default_permissions': (),
                },
            ),
            migrations.CreateModel(
                name='Message',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('sender', models.CharField(choices=[('staff', 'Staff'), ('requester', 'Requester')], max_length=12)),
                    ('written_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('text', models.BinaryField()),
                    ('answer_by', models.DateTimeField(blank=True, null=True)),
                    ('answered_at', models.DateTimeField(blank=True, null=True)),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='dsar.case')),
                    ('written_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('request', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='dsar.request')),
                ],
                options={
                    'db_table': 'dsar_cases_message',
                    'ordering': ['written_at', 'pk'],
                    'default_permissions': (),
                    'indexes': [models.Index(condition=models.Q(('answer_by__isnull', False), ('answered_at__isnull', True)), fields=['answer_by'], name='dsar_message_open')],
                },
            ),
            migrations.CreateModel(
                name='Attachment',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('media_type', models.CharField(max_length=40)),
                    ('size', models.PositiveIntegerField()),
                    ('name', models.BinaryField()),
                    ('content', models.BinaryField()),
                    ('message', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='dsar.message')),
                ],
                options={
                    'db_table': 'dsar_cases_attachment',
                    'default_permissions': (),
                },
            ),
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
            migrations.CreateModel(
                name='Node',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('level', models.SmallIntegerField()),
                    ('position', models.BigIntegerField()),
                    ('hash', models.BinaryField()),
                ],
                options={
                    'db_table': 'dsar_ledger_node',
                    'constraints': [models.UniqueConstraint(fields=('level', 'position'), name='dsar_node_place')],
                },
            ),
            migrations.CreateModel(
                name='Note',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('note', 'Note'), ('legal_advice', 'Legal advice')], default='note', max_length=20)),
                    ('written_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('text', models.BinaryField()),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='dsar.case')),
                    ('written_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'db_table': 'dsar_cases_note',
                },
            ),
            migrations.CreateModel(
                name='Package',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('request_reference', models.UUIDField()),
                    ('state', models.CharField(choices=[('writing', 'Being written'), ('ready', 'Ready'), ('revoked', 'Revoked'), ('shredded', 'Shredded'), ('withheld', 'Withheld')], default='writing', max_length=16)),
                    ('aside', models.BooleanField(db_default=False, default=False)),
                    ('name', models.CharField(max_length=200, unique=True)),
                    ('filename', models.CharField(max_length=100)),
                    ('sealed_bytes', models.BigIntegerField(default=0)),
                    ('archive_bytes', models.BigIntegerField(default=0)),
                    ('archive_sha256', models.CharField(blank=True, max_length=64)),
                    ('manifest_sha256', models.CharField(blank=True, max_length=64)),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('ready_at', models.DateTimeField(blank=True, null=True)),
                    ('expires_at', models.DateTimeField()),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('removed_at', models.DateTimeField(blank=True, null=True)),
                    ('key', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dsar.key')),
                ],
                options={
                    'db_table': 'dsar_packages_package',
                    'indexes': [models.Index(fields=['state', 'expires_at'], name='dsar_package_expiry'), models.Index(fields=['request_reference', 'created_at'], name='dsar_package_of_request'), models.Index(condition=models.Q(('ended_at__isnull', False), ('removed_at__isnull', True)), fields=['ended_at'], name='dsar_package_to_remove')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['writing', 'ready', 'revoked', 'shredded', 'withheld'])), name='dsar_package_state_known'), models.UniqueConstraint(condition=models.Q(('state__in', ['writing', 'ready'])), fields=('request_reference', 'aside'), name='dsar_package_one_of_each')],
                },
            ),
            migrations.CreateModel(
                name='Download',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('started_at', models.DateTimeField(auto_now_add=True)),
                    ('first_byte', models.BigIntegerField(default=0)),
                    ('next_byte', models.BigIntegerField(default=0)),
                    ('completed_at', models.DateTimeField(blank=True, null=True)),
                    ('by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('package', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='downloads', to='dsar.package')),
                ],
                options={
                    'db_table': 'dsar_packages_download',
                },
            ),
            migrations.CreateModel(
                name='Placement',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('place', models.CharField(max_length=64)),
                    ('size', models.BigIntegerField()),
                    ('placed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ],
                options={
                    'db_table': 'dsar_ledger_placement',
                    'constraints': [models.UniqueConstraint(fields=('place', 'size'), name='dsar_placement_once')],
                },
            ),
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
                    'constraints': [models.UniqueConstraint(condition=models.Q(('published_at__isnull', False)), fields=('effective_at',), name='dsar_policy_one_at_a_time'), models.CheckConstraint(condition=models.Q(models.Q(('digest', ''), ('published_at__isnull', True), ('published_by__isnull', True)), models.Q(('published_at__isnull', False), ('published_by__isnull', False), models.Q(('digest', ''), _negated=True)), _connector='OR'), name='dsar_policy_published_whole'), models.CheckConstraint(condition=models.Q(('published_by__isnull', True), models.Q(('published_by', models.F('written_by')), _negated=True), _connector='OR'), name='dsar_policy_published_by_another'), models.CheckConstraint(condition=models.Q(('published_at__isnull', True), ('effective_at__gte', models.F('published_at')), _connector='OR'), name='dsar_policy_never_backdated')],
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
                    'indexes': [models.Index(condition=models.Q(('acknowledged_at__isnull', True), ('mailed_at__isnull', True)), fields=['policy', 'id'], name='dsar_policy_notice_waits')],
                    'constraints': [models.UniqueConstraint(fields=('policy', 'subject'), name='dsar_policy_notice_once')],
                },
            ),
            migrations.CreateModel(
                name='Proof',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('method', models.CharField(max_length=40)),
                    ('facts', models.JSONField(default=list)),
                    ('result', models.CharField(choices=[('passed', 'Passed'), ('not_enough', 'Not enough'), ('doubted', 'Doubted')], max_length=20)),
                    ('doubt', models.BinaryField(blank=True, null=True)),
                    ('tried_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proofs', to='dsar.case')),
                    ('tried_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'db_table': 'dsar_cases_proof',
                    'ordering': ['tried_at'],
                    'default_permissions': (),
                },
            ),
            migrations.CreateModel(
                name='Purpose',
                fields=[
                    ('code', models.CharField(max_length=60, primary_key=True, serialize=False)),
                    ('label', models.CharField(max_length=200)),
                    ('basis', models.CharField(max_length=30)),
                    ('marketing', models.BooleanField(default=False)),
                    ('said', models.JSONField(default=dict)),
                    ('declared_at', models.DateTimeField(blank=True, null=True)),
                    ('active_from', models.DateTimeField(blank=True, null=True)),
                    ('started_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('told_in', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dsar.privacypolicy')),
                ],
                options={
                    'db_table': 'dsar_registers_purpose',
                    'ordering': ['code'],
                },
            ),
            migrations.CreateModel(
                name='Objection',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('channel', models.CharField(blank=True, choices=[('email', 'E-mail'), ('phone', 'Telephone, text message')], db_default='', default='', max_length=20)),
                    ('request_reference', models.UUIDField(blank=True, null=True)),
                    ('signal', models.CharField(blank=True, max_length=20)),
                    ('objected_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('lifted_at', models.DateTimeField(blank=True, null=True)),
                    ('subject', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('purpose', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='objections', to='dsar.purpose')),
                ],
                options={
                    'db_table': 'dsar_registers_objection',
                    'constraints': [models.UniqueConstraint(condition=models.Q(('lifted_at__isnull', True)), fields=('subject', 'purpose', 'channel'), name='dsar_objection_open_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('channel__in', ['', 'email', 'phone'])), name='dsar_objection_channel_known')],
                },
            ),
            migrations.CreateModel(
                name='ExemptedUse',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('act', models.CharField(choices=[('use', 'Collected or used'), ('transfer', 'Transferred'), ('restricted', 'Used although it was restricted')], max_length=10)),
                    ('code', models.CharField(max_length=40)),
                    ('reason', models.CharField(max_length=1000)),
                    ('secret', models.BooleanField(default=False)),
                    ('used_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('disclosure', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='exemption', to='dsar.disclosure')),
                    ('entered_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('subject', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('purpose', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dsar.purpose')),
                ],
                options={
                    'verbose_name': 'use without authorisation',
                    'verbose_name_plural': 'uses without authorisation',
                    'db_table': 'dsar_registers_exempteduse',
                    'default_permissions': (),
                    'indexes': [models.Index(fields=['subject', 'used_at'], name='dsar_exempted_use_when')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('act__in', ['use', 'transfer', 'restricted'])), name='dsar_exempted_use_act_known'), models.CheckConstraint(condition=models.Q(models.Q(('code', ''), _negated=True), ('reason__regex', '\\S')), name='dsar_exempted_use_has_code_and_reason')],
                },
            ),
            migrations.CreateModel(
                name='Consent',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('given_at', models.DateTimeField()),
                    ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                    ('wording', models.TextField(blank=True)),
                    ('policy_version', models.CharField(blank=True, max_length=40)),
                    ('language', models.CharField(blank=True, max_length=10)),
                    ('method', models.CharField(blank=True, max_length=40)),
                    ('subject', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('purpose', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consents', to='dsar.purpose')),
                ],
                options={
                    'db_table': 'dsar_registers_consent',
                    'constraints': [models.UniqueConstraint(fields=('subject', 'purpose'), name='dsar_consent_once')],
                },
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
                    ('written_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('purpose', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assessments', to='dsar.purpose')),
                ],
                options={
                    'db_table': 'dsar_registers_assessment',
                    'ordering': ['-written_at', '-id'],
                    'default_permissions': (),
                },
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
            migrations.CreateModel(
                name='Destination',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('address', models.CharField(max_length=500)),
                    ('approved_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                    ('approved_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('withdrawn_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='destinations', to='dsar.recipientrecord')),
                ],
                options={
                    'db_table': 'dsar_registers_destination',
                    'default_permissions': (),
                    'constraints': [models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('recipient',), name='dsar_destination_open_once'), models.CheckConstraint(condition=models.Q(('address__startswith', 'https://')), name='dsar_destination_is_https'), models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', True), ('withdrawn_by__isnull', True)), models.Q(('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False)), _connector='OR'), name='dsar_destination_withdrawn_whole')],
                },
            ),
            migrations.CreateModel(
                name='AnonymousShare',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('shared_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('dataset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shares', to='dsar.anonymousset')),
                    ('shared_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dsar.recipientrecord')),
                ],
                options={
                    'db_table': 'dsar_registers_anonymousshare',
                    'ordering': ['-shared_at', '-id'],
                    'default_permissions': (),
                },
            ),
            migrations.CreateModel(
                name='Replacement',
                fields=[
                    ('redaction', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='replacement', serialize=False, to='dsar.redaction')),
                    ('media_type', models.CharField(max_length=40)),
                    ('size', models.PositiveIntegerField()),
                    ('content', models.BinaryField()),
                ],
                options={
                    'db_table': 'dsar_cases_replacement',
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
                name='Removal',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('request_reference', models.UUIDField()),
                    ('field', models.CharField(max_length=160)),
                    ('name', models.TextField()),
                ],
                options={
                    'db_table': 'dsar_engine_removal',
                    'constraints': [models.UniqueConstraint(fields=('request_reference', 'field', 'name'), name='dsar_removal_once')],
                },
            ),
            migrations.CreateModel(
                name='Reply',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.CharField(max_length=200)),
                    ('digest', models.CharField(max_length=64)),
                    ('status', models.PositiveSmallIntegerField()),
                    ('body', models.JSONField()),
                    ('given_at', models.DateTimeField(auto_now_add=True)),
                    ('expires_at', models.DateTimeField()),
                    ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name_plural': 'replies',
                    'db_table': 'dsar_api_reply',
                    'default_permissions': (),
                    'indexes': [models.Index(fields=['expires_at'], name='dsar_reply_expiry')],
                    'constraints': [models.UniqueConstraint(fields=('user', 'key'), name='dsar_reply_once')],
                },
            ),
            migrations.CreateModel(
                name='Request',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('right', models.CharField(choices=[('access', 'access'), ('correction', 'correction'), ('deletion', 'deletion'), ('portability', 'portability'), ('objection', 'objection'), ('restriction', 'restriction'), ('consent_withdrawal', 'consent withdrawal')], max_length=30)),
                    ('scope', models.JSONField(default=dict)),
                    ('state', models.CharField(choices=[('submitted', 'submitted'), ('awaiting_verification', 'awaiting verification'), ('in_review', 'in review'), ('awaiting_requester', 'awaiting requester'), ('approved', 'approved'), ('executing', 'executing'), ('needs_attention', 'needs attention'), ('closed', 'closed')], default=dsar.cases.states.State['SUBMITTED'], max_length=30)),
                    ('outcome', models.CharField(blank=True, choices=[('fulfilled', 'fulfilled'), ('partially_fulfilled', 'partially fulfilled'), ('refused', 'refused'), ('no_data_held', 'no data held'), ('identity_not_verified', 'identity not verified'), ('withdrawn_by_requester', 'withdrawn by requester'), ('forwarded_to_controller', 'forwarded to controller'), ('duplicate', 'duplicate'), ('spam', 'spam'), ('not_a_rights_request', 'not a rights request')], max_length=30)),
                    ('round', models.PositiveSmallIntegerField(default=1)),
                    ('reopened_at', models.DateTimeField(blank=True, null=True)),
                    ('statutory_due_at', models.DateTimeField()),
                    ('adjusted_due_at', models.DateTimeField(blank=True, null=True)),
                    ('unrolled_due_on', models.DateField(blank=True, null=True)),
                    ('due_at', models.DateTimeField()),
                    ('clocks', models.JSONField(db_default=models.Value([], output_field=models.JSONField()), default=list)),
                    ('was_overdue', models.BooleanField(db_default=False, default=False)),
                    ('days_late', models.PositiveIntegerField(db_default=0, default=0)),
                    ('rule_version', models.CharField(blank=True, max_length=200)),
                    ('not_before', models.DateTimeField(blank=True, null=True)),
                    ('answered_at', models.DateTimeField(blank=True, null=True)),
                    ('closed_at', models.DateTimeField(blank=True, null=True)),
                    ('lease_token', models.BigIntegerField(default=0)),
                    ('lease_until', models.DateTimeField(blank=True, null=True)),
                    ('attempts', models.PositiveIntegerField(default=0)),
                    ('size', models.BigIntegerField(default=0)),
                    ('kept', models.JSONField(db_default=models.Value({}, output_field=models.JSONField()), default=dict)),
                    ('result', models.JSONField(default=dict)),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='dsar.case')),
                    ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'db_table': 'dsar_cases_request',
                    'ordering': ['due_at'],
                    'permissions': [('take_in_request', 'Can enter what arrives, and see nothing of it afterwards'), ('handle_request', 'Can triage, verify and answer requests'), ('decide_request', 'Can decide requests'), ('approve_request', 'Can give the second signature'), ('audit_request', 'Can read and export the evidence of requests'), ('watch_system', 'Can see how the system stands'), ('appoint_deputies', 'Can say who stands in for whom')],
                    'default_permissions': ('view',),
                    'indexes': [models.Index(condition=models.Q(('state__in', ['approved', 'executing'])), fields=['due_at', 'size', 'id'], name='dsar_request_queue'), models.Index(fields=['state', 'due_at'], name='dsar_request_state'), models.Index(condition=models.Q(('state', 'closed'), _negated=True), fields=['due_at', 'id'], name='dsar_request_open'), models.Index(fields=['due_at', 'id'], name='dsar_request_due'), models.Index(condition=models.Q(('state', 'closed')), fields=['closed_at'], name='dsar_request_closed')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['submitted', 'awaiting_verification', 'in_review', 'awaiting_requester', 'approved', 'executing', 'needs_attention', 'closed'])), name='dsar_state_known'), models.CheckConstraint(condition=models.Q(('right__in', ['access', 'correction', 'deletion', 'portability', 'objection', 'restriction', 'consent_withdrawal'])), name='dsar_right_known'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'closed'), ('outcome__in', ['fulfilled', 'partially_fulfilled', 'refused', 'no_data_held', 'identity_not_verified', 'withdrawn_by_requester', 'forwarded_to_controller', 'duplicate', 'spam', 'not_a_rights_request'])), models.Q(models.Q(('state', 'closed'), _negated=True), ('outcome', '')), _connector='OR'), name='dsar_closed_has_outcome'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'closed'), _negated=True), ('answered_at__isnull', False), ('outcome__in', ['spam', 'duplicate']), _connector='OR'), name='dsar_closed_was_answered'), models.UniqueConstraint(fields=('case', 'right', 'scope', 'round'), name='dsar_right_once')],
                },
            ),
            migrations.CreateModel(
                name='RecipientTask',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('recipient_code', models.CharField(max_length=60)),
                    ('recipient', models.CharField(max_length=200)),
                    ('state', models.CharField(choices=[('open', 'Open'), ('sent', 'Sent'), ('confirmed', 'Confirmed'), ('impossible', 'Impossible'), ('disproportionate', 'Disproportionate')], default='open', max_length=20)),
                    ('due_at', models.DateTimeField()),
                    ('secret', models.BooleanField(db_default=False, default=False)),
                    ('attempts', models.PositiveSmallIntegerField(db_default=0, default=0)),
                    ('tried_at', models.DateTimeField(blank=True, null=True)),
                    ('next_try_at', models.DateTimeField(blank=True, null=True)),
                    ('failure', models.CharField(blank=True, db_default='', max_length=100)),
                    ('sent_at', models.DateTimeField(blank=True, null=True)),
                    ('status', models.CharField(blank=True, db_default='', max_length=20)),
                    ('digest', models.CharField(blank=True, db_default='', max_length=64)),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('facts', models.BinaryField(blank=True, null=True)),
                    ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recipient_tasks', to='dsar.request')),
                ],
                options={
                    'db_table': 'dsar_cases_recipient_task',
                    'indexes': [models.Index(condition=models.Q(('state', 'open'), ('tried_at__isnull', True)), fields=['next_try_at'], name='dsar_recipient_task_waits')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['impossible', 'disproportionate']), _negated=True), models.Q(('ended_at__isnull', False), ('facts__isnull', False)), _connector='OR'), name='dsar_recipient_task_ended_with_facts'), models.UniqueConstraint(fields=('request', 'recipient_code'), name='dsar_recipient_task_once')],
                },
            ),
            migrations.CreateModel(
                name='Promise',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('until', models.DateField()),
                    ('notified_at', models.DateTimeField()),
                    ('letter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dsar.letter')),
                    ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='promises', to='dsar.request')),
                ],
                options={
                    'db_table': 'dsar_cases_promise',
                    'default_permissions': (),
                    'constraints': [models.UniqueConstraint(fields=('request', 'until'), name='dsar_promised_once')],
                },
            ),
            migrations.CreateModel(
                name='Preserved',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('until', models.DateField()),
                    ('owed_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('copied_at', models.DateTimeField(blank=True, null=True)),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('request', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='preserved', to='dsar.request')),
                ],
                options={
                    'db_table': 'dsar_cases_preserved',
                    'default_permissions': (),
                    'indexes': [models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['until'], name='dsar_preserved_standing')],
                },
            ),
            migrations.CreateModel(
                name='Plan',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('document', models.JSONField()),
                    ('digest', models.CharField(max_length=64)),
                    ('planned_at', models.DateTimeField(auto_now=True)),
                    ('counted', models.JSONField(db_default=models.Value({}, output_field=models.JSONField()), default=dict)),
                    ('looked_at', models.DateTimeField(blank=True, null=True)),
                    ('gone', models.JSONField(db_default=models.Value({}, output_field=models.JSONField()), default=dict)),
                    ('gone_at', models.DateTimeField(blank=True, null=True)),
                    ('request', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='plan', to='dsar.request')),
                ],
                options={
                    'db_table': 'dsar_engine_plan',
                    'indexes': [models.Index(condition=models.Q(('gone_at__isnull', False)), fields=['gone_at'], name='dsar_plan_gone')],
                },
            ),
            migrations.CreateModel(
                name='Pause',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('clarification', 'Clarification'), ('identity', 'Identity'), ('fee', 'Fee')], max_length=20)),
                    ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('answered_at', models.DateTimeField(blank=True, null=True)),
                    ('reason', models.BinaryField()),
                    ('affirmed', models.BooleanField(default=False)),
                    ('letter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dsar.letter')),
                    ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pauses', to='dsar.request')),
                ],
                options={
                    'db_table': 'dsar_cases_pause',
                    'default_permissions': (),
                    'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['clarification', 'identity', 'fee'])), name='dsar_pause_kind_known'), models.CheckConstraint(condition=models.Q(('answered_at__isnull', True), ('answered_at__gte', models.F('asked_at')), _connector='OR'), name='dsar_pause_ends_after_it_began'), models.UniqueConstraint(condition=models.Q(('answered_at__isnull', True)), fields=('request', 'kind'), name='dsar_pause_open_once')],
                },
            ),
            migrations.CreateModel(
                name='Heartbeat',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('token', models.BigIntegerField()),
                    ('beat_at', models.DateTimeField()),
                    ('percent', models.PositiveSmallIntegerField(db_default=0, default=0)),
                    ('request', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='heartbeat', to='dsar.request')),
                ],
                options={
                    'db_table': 'dsar_engine_heartbeat',
                },
            ),
            migrations.CreateModel(
                name='Extension',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('regime', models.CharField(max_length=12)),
                    ('ground', models.CharField(max_length=60)),
                    ('notified_at', models.DateTimeField()),
                    ('letter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dsar.letter')),
                    ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='extensions', to='dsar.request')),
                ],
                options={
                    'db_table': 'dsar_cases_extension',
                    'default_permissions': (),
                    'constraints': [models.UniqueConstraint(fields=('request', 'regime'), name='dsar_extended_once')],
                },
            ),
            migrations.CreateModel(
                name='Decision',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('verdict', models.CharField(choices=[('granted', 'Granted'), ('granted_in_part', 'Granted in part'), ('refused', 'Refused')], max_length=20)),
                    ('grounds', models.JSONField(default=dict)),
                    ('reason', models.BinaryField(blank=True, null=True)),
                    ('balancing', models.BinaryField(blank=True, null=True)),
                    ('derived_from', models.BinaryField(blank=True, null=True)),
                    ('human_review', models.CharField(blank=True, choices=[('upheld', 'It stands'), ('changed', 'It was changed'), ('withdrawn', 'It was withdrawn')], db_default='', max_length=20)),
                    ('review_reason', models.BinaryField(blank=True, null=True)),
                    ('view_considered', models.BooleanField(db_default=False, default=False)),
                    ('automatic', models.BooleanField(default=False)),
                    ('decided_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('approved_at', models.DateTimeField(blank=True, null=True)),
                    ('plan_digest', models.CharField(blank=True, max_length=64)),
                    ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('request', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='decision', to='dsar.request')),
                ],
                options={
                    'db_table': 'dsar_cases_decision',
                    'constraints': [models.CheckConstraint(condition=models.Q(('approved_by__isnull', True), ('decided_by__isnull', True), models.Q(('approved_by', models.F('decided_by')), _negated=True), _connector='OR'), name='dsar_decider_is_not_approver'), models.CheckConstraint(condition=models.Q(models.Q(('human_review', ''), ('view_considered', False)), models.Q(('automatic', False), ('human_review__in', ['upheld', 'changed', 'withdrawn']), ('view_considered', True)), _connector='OR'), name='dsar_human_review_is_whole')],
                },
            ),
            migrations.CreateModel(
                name='Correction',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('declaration', models.CharField(max_length=120)),
                    ('row', models.CharField(max_length=64)),
                    ('field', models.CharField(max_length=80)),
                    ('old', models.BinaryField()),
                    ('new', models.BinaryField()),
                    ('result', models.CharField(choices=[('proposed', 'Proposed'), ('corrected', 'Corrected'), ('refused', 'Refused'), ('changed_meanwhile', 'Changed meanwhile')], default='proposed', max_length=20)),
                    ('ground', models.CharField(blank=True, max_length=60)),
                    ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='dsar.request')),
                ],
                options={
                    'db_table': 'dsar_cases_correction',
                    'constraints': [models.UniqueConstraint(fields=('request', 'declaration', 'row', 'field'), name='dsar_correction_once'), models.CheckConstraint(condition=models.Q(('result__in', ['proposed', 'corrected', 'refused', 'changed_meanwhile'])), name='dsar_correction_result_known')],
                },
            ),
            migrations.CreateModel(
                name='Complaint',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('channel', models.CharField(choices=[('portal', 'Portal'), ('api', 'API'), ('email', 'E-mail'), ('post', 'Post'), ('phone', 'Phone'), ('in_person', 'In person'), ('authority', 'Authority')], max_length=16)),
                    ('received_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('acknowledge_by', models.DateTimeField()),
                    ('answer_by', models.DateTimeField()),
                    ('text', models.BinaryField()),
                    ('acknowledged_at', models.DateTimeField(blank=True, null=True)),
                    ('outcome', models.CharField(blank=True, choices=[('upheld', 'We stay with the first answer'), ('upheld_in_part', 'Right in part'), ('overturned', 'Right: decided anew')], max_length=20)),
                    ('answered_at', models.DateTimeField(blank=True, null=True)),
                    ('assigned_to', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='complaints', to='dsar.case')),
                    ('reopened', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reopens', to='dsar.request')),
                    ('request', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='complaints', to='dsar.request')),
                ],
                options={
                    'db_table': 'dsar_cases_complaint',
                    'ordering': ['answer_by', 'pk'],
                    'default_permissions': (),
                    'indexes': [models.Index(condition=models.Q(('answered_at__isnull', True)), fields=['answer_by'], name='dsar_complaint_open')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('outcome__in', ['upheld', 'upheld_in_part', 'overturned']), ('answered_at__isnull', False)), models.Q(('answered_at__isnull', True), ('outcome', '')), _connector='OR'), name='dsar_complaint_answered'), models.UniqueConstraint(condition=models.Q(('answered_at__isnull', True), ('request__isnull', False)), fields=('request',), name='dsar_complaint_open_once')],
                },
            ),
            migrations.CreateModel(
                name='Restriction',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('ground', models.CharField(choices=[('accuracy_contested', 'Accuracy is contested (Art. 18(1)(a))'), ('unlawful', 'Processing is unlawful, deletion is not wished (Art. 18(1)(b))'), ('claims', 'Needed for legal claims (Art. 18(1)(c))'), ('objection_pending', 'An objection is being weighed (Art. 18(1)(d))')], max_length=30)),
                    ('request_reference', models.UUIDField(blank=True, null=True)),
                    ('restricted_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('review_on', models.DateField(blank=True, null=True)),
                    ('lifted_at', models.DateTimeField(blank=True, null=True)),
                    ('purpose', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='restrictions', to='dsar.purpose')),
                    ('subject', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'db_table': 'dsar_registers_restriction',
                    'constraints': [models.UniqueConstraint(condition=models.Q(('lifted_at__isnull', True)), fields=('subject', 'purpose'), name='dsar_restriction_open_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('ground__in', ['accuracy_contested', 'unlawful', 'claims', 'objection_pending'])), name='dsar_restriction_ground_known')],
                },
            ),
            migrations.CreateModel(
                name='RetentionRun',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('day', models.DateField()),
                    ('state', models.CharField(choices=[('waiting', 'Waits for approval'), ('running', 'Running'), ('done', 'Done')], max_length=10)),
                    ('counted', models.JSONField(default=list)),
                    ('digest', models.CharField(max_length=64)),
                    ('objections', models.JSONField(default=list)),
                    ('done', models.JSONField(default=dict)),
                    ('left', models.JSONField(default=list)),
                    ('begun_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('approved_at', models.DateTimeField(blank=True, null=True)),
                    ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'db_table': 'dsar_duties_retentionrun',
                    'ordering': ['-begun_at'],
                    'default_permissions': ('view',),
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('state__in', ['waiting', 'running'])), models.Q(('ended_at__isnull', False), ('state', 'done')), _connector='OR'), name='dsar_retention_state_known'), models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('ended_at',), name='dsar_retention_one_open', nulls_distinct=False)],
                },
            ),
            migrations.CreateModel(
                name='SecurityDescription',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('text', models.TextField()),
                    ('written_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('written_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'db_table': 'dsar_registers_securitydescription',
                    'ordering': ['-written_at', '-id'],
                    'default_permissions': (),
                },
            ),
            migrations.CreateModel(
                name='Sending',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('package', models.UUIDField(unique=True)),
                    ('categories', models.JSONField(default=list)),
                    ('state', models.CharField(choices=[('waiting', 'Waits for the person to confirm it'), ('confirmed', 'Confirmed, to be sent'), ('sent', 'Sent'), ('not_sent', 'Not sent')], default='waiting', max_length=10)),
                    ('reason', models.CharField(blank=True, choices=[('unlisted', 'No approved service was wanted'), ('withdrawn', 'The service is not approved any more'), ('not_confirmed', 'The person did not confirm it in time'), ('copy_gone', 'The copy expired or was taken back before'), ('too_large', 'The copy is too large'), ('no_public_address', 'Its name leads to no public address'), ('refused', 'The service refused it'), ('unreachable', 'The service could not be reached, or did not take it, for too long')], max_length=20)),
                    ('opened_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('code_digest', models.CharField(blank=True, max_length=64)),
                    ('code_expires_at', models.DateTimeField(blank=True, null=True)),
                    ('failures', models.PositiveSmallIntegerField(default=0)),
                    ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                    ('attempts', models.PositiveSmallIntegerField(default=0)),
                    ('next_try_at', models.DateTimeField(blank=True, null=True)),
                    ('failure', models.CharField(blank=True, max_length=100)),
                    ('status', models.PositiveSmallIntegerField(blank=True, null=True)),
                    ('digest', models.CharField(blank=True, max_length=64)),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('destination', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dsar.destination')),
                    ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sendings', to='dsar.request')),
                ],
                options={
                    'db_table': 'dsar_cases_sending',
                    'default_permissions': (),
                    'indexes': [models.Index(condition=models.Q(('state__in', ['waiting', 'confirmed'])), fields=['next_try_at'], name='dsar_sending_open')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at__isnull', True), ('ended_at__isnull', True), ('state', 'waiting')), models.Q(('confirmed_at__isnull', False), ('ended_at__isnull', True), ('state', 'confirmed')), models.Q(('ended_at__isnull', False), ('state__in', ['sent', 'not_sent'])), _connector='OR'), name='dsar_sending_stands_somewhere'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'sent'), _negated=True), models.Q(('confirmed_at__isnull', False), ('destination__isnull', False), models.Q(('digest', ''), _negated=True)), _connector='OR'), name='dsar_sending_sent_was_confirmed'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'not_sent'), models.Q(('reason', ''), _negated=True)), models.Q(models.Q(('state', 'not_sent'), _negated=True), ('reason', '')), _connector='OR'), name='dsar_sending_says_why_not')],
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
            migrations.CreateModel(
                name='StaffRecord',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('undertaking', 'Confidentiality undertaking'), ('training', 'Training')], max_length=20)),
                    ('done_on', models.DateField()),
                    ('valid_until', models.DateField()),
                    ('evidence', models.CharField(max_length=200)),
                    ('entered_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('entered_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('member', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'db_table': 'dsar_registers_staffrecord',
                    'ordering': ['-entered_at', '-id'],
                    'default_permissions': (),
                    'indexes': [models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['member', 'valid_until'], name='dsar_staff_standing')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['undertaking', 'training'])), name='dsar_staff_kind'), models.CheckConstraint(condition=models.Q(('valid_until__gte', models.F('done_on'))), name='dsar_staff_until')],
                },
            ),
            migrations.CreateModel(
                name='Step',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('position', models.PositiveIntegerField()),
                    ('action', models.CharField(max_length=30)),
                    ('declaration', models.CharField(blank=True, max_length=120)),
                    ('state', models.CharField(choices=[('waiting', 'Waiting'), ('intended', 'Intended'), ('done', 'Done')], default='waiting', max_length=16)),
                    ('expected', models.BigIntegerField(default=0)),
                    ('done', models.BigIntegerField(default=0)),
                    ('cursor', models.JSONField(default=dict)),
                    ('hidden', models.BooleanField(default=False)),
                    ('finished_at', models.DateTimeField(blank=True, null=True)),
                    ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='dsar.request')),
                ],
                options={
                    'db_table': 'dsar_engine_step',
                    'ordering': ['request', 'position'],
                    'constraints': [models.UniqueConstraint(fields=('request', 'position'), name='dsar_step_once'), models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'intended', 'done'])), name='dsar_step_state_known')],
                },
            ),
            migrations.CreateModel(
                name='Suppression',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('channel', models.CharField(max_length=20)),
                    ('digest', models.BinaryField(max_length=32)),
                    ('scope', models.CharField(default='marketing', max_length=60)),
                    ('suppressed_at', models.DateTimeField(default=django.utils.timezone.now)),
                ],
                options={
                    'db_table': 'dsar_registers_suppression',
                    'constraints': [models.UniqueConstraint(fields=('channel', 'digest', 'scope'), name='dsar_suppression_once')],
                },
            ),
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
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('consent_purpose__isnull', True), ('kind', 'business')), models.Q(('bound', True), ('consent_purpose__isnull', False), ('kind', 'consent')), _connector='OR'), name='dsar_transfer_by_consent_names_it'), models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at__isnull', True), ('confirmed_by__isnull', True)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), _connector='OR'), name='dsar_transfer_confirmed_whole'), models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), models.Q(('cancelled_at__isnull', True), ('confirmed_at__isnull', False)), _connector='OR'), name='dsar_transfer_ends_confirmed')],
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
                    'indexes': [models.Index(condition=models.Q(('mailed_at__isnull', True)), fields=['transfer', 'id'], name='dsar_transfer_notice_waits')],
                    'constraints': [models.UniqueConstraint(fields=('subject', 'transfer'), name='dsar_transfer_notice_once')],
                },
            ),
            migrations.CreateModel(
                name='Upload',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('kind', models.CharField(choices=[('file', 'File'), ('papers', 'Copy of papers')], default='file', max_length=10)),
                    ('name', models.BinaryField()),
                    ('media_type', models.CharField(max_length=100)),
                    ('size', models.PositiveIntegerField()),
                    ('stored', models.CharField(max_length=100)),
                    ('kept_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uploads', to='dsar.case')),
                ],
                options={
                    'db_table': 'dsar_cases_upload',
                    'default_permissions': (),
                },
            ),
            migrations.CreateModel(
                name='Wake',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('task', models.CharField(max_length=100)),
                    ('arguments', models.JSONField(default=list)),
                    ('queue', models.CharField(default='requests', max_length=40)),
                    ('due_at', models.DateTimeField()),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                ],
                options={
                    'db_table': 'dsar_dispatch_wake',
                    'indexes': [models.Index(fields=['due_at'], name='dsar_wake_due')],
                },
            ),
            migrations.CreateModel(
                name='Warned',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('mark', models.CharField(max_length=20)),
                    ('due_at', models.DateTimeField()),
                    ('warned_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('mailed_at', models.DateTimeField(blank=True, null=True)),
                    ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='warnings', to='dsar.request')),
                ],
                options={
                    'db_table': 'dsar_cases_warned',
                    'default_permissions': (),
                    'indexes': [models.Index(condition=models.Q(('mailed_at__isnull', True)), fields=['warned_at'], name='dsar_warning_unmailed')],
                    'constraints': [models.UniqueConstraint(fields=('request', 'mark', 'due_at'), name='dsar_warned_once'), models.CheckConstraint(condition=models.Q(('mark__in', ['half', 'three_quarters', 'three_days', 'due'])), name='dsar_warning_mark_known')],
                },
            ),
            migrations.CreateModel(
                name='Annotation',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('address', models.CharField(blank=True, max_length=254)),
                    ('name', models.CharField(blank=True, max_length=200)),
                    ('declaration', models.CharField(max_length=120)),
                    ('row', models.CharField(max_length=64)),
                    ('field', models.CharField(max_length=80)),
                    ('kind', models.CharField(choices=[('refused', 'Correction refused'), ('disputed', 'Corrected here, and the source is disputed')], max_length=20)),
                    ('wanted', models.TextField(blank=True)),
                    ('source', models.CharField(blank=True, max_length=200)),
                    ('statement', models.TextField(blank=True)),
                    ('request_reference', models.UUIDField(blank=True, null=True)),
                    ('noted_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('stated_at', models.DateTimeField(blank=True, null=True)),
                    ('subject', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'db_table': 'dsar_registers_annotation',
                    'default_permissions': (),
                    'indexes': [models.Index(fields=['subject'], name='dsar_annotation_subject'), models.Index(fields=['address'], name='dsar_annotation_address')],
                    'constraints': [models.UniqueConstraint(fields=('declaration', 'row', 'field', 'subject', 'address'), name='dsar_annotation_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('kind__in', ['refused', 'disputed'])), name='dsar_annotation_kind_known')],
                },
            ),
            migrations.CreateModel(
                name='Confirmation',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('kind', models.CharField(choices=[('address', 'Is this your address?'), ('earlier_address', 'Was it you who asked?'), ('authority', 'May they ask for you?'), ('not_me', 'It was not me')], max_length=20)),
                    ('digest', models.BinaryField(max_length=32)),
                    ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('expires_at', models.DateTimeField()),
                    ('failures', models.PositiveSmallIntegerField(default=0)),
                    ('used_at', models.DateTimeField(blank=True, null=True)),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='confirmations', to='dsar.case')),
                ],
                options={
                    'db_table': 'dsar_cases_confirmation',
                    'default_permissions': (),
                    'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['address', 'earlier_address', 'authority', 'not_me'])), name='dsar_confirmation_kind_known')],
                },
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
            migrations.CreateModel(
                name='Deputyship',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('role', models.CharField(max_length=150)),
                    ('first_on', models.DateField()),
                    ('last_on', models.DateField()),
                    ('appointed_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('absent', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('appointed_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('deputy', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'db_table': 'dsar_cases_deputyship',
                    'ordering': ['-first_on', '-id'],
                    'default_permissions': (),
                    'indexes': [models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['last_on'], name='dsar_deputy_standing')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('last_on__gte', models.F('first_on'))), name='dsar_deputy_period'), models.CheckConstraint(condition=models.Q(('deputy__isnull', True), models.Q(('deputy', models.F('absent')), _negated=True), _connector='OR'), name='dsar_deputy_other'), models.CheckConstraint(condition=models.Q(('deputy__isnull', True), models.Q(('deputy', models.F('appointed_by')), _negated=True), _connector='OR'), name='dsar_deputy_not_by_oneself')],
                },
            ),
            migrations.CreateModel(
                name='Enquiry',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('kind', models.CharField(choices=[('question', 'A question'), ('disclosure_error', 'Something wrong or missing in the privacy policy')], max_length=20)),
                    ('text', models.BinaryField()),
                    ('answer_by', models.DateTimeField()),
                    ('answered_at', models.DateTimeField(blank=True, null=True)),
                    ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='enquiry', to='dsar.case')),
                ],
                options={
                    'verbose_name_plural': 'enquiries',
                    'db_table': 'dsar_cases_enquiry',
                    'ordering': ['answer_by', 'pk'],
                    'default_permissions': (),
                    'indexes': [models.Index(condition=models.Q(('answered_at__isnull', True)), fields=['answer_by'], name='dsar_enquiry_open')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['question', 'disclosure_error'])), name='dsar_enquiry_kind')],
                },
            ),
            migrations.CreateModel(
                name='Export',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('request_reference', models.UUIDField(blank=True, null=True)),
                    ('by', models.CharField(choices=[('received', 'Day of receipt'), ('closed', 'Day of closing')], default='received', max_length=10)),
                    ('first_day', models.DateField(blank=True, null=True)),
                    ('last_day', models.DateField(blank=True, null=True)),
                    ('seed', models.CharField(blank=True, max_length=64)),
                    ('sample_size', models.PositiveIntegerField(default=0)),
                    ('state', models.CharField(choices=[('waiting', 'Waiting'), ('writing', 'Being written'), ('ready', 'Ready'), ('failed', 'Failed')], default='waiting', max_length=10)),
                    ('token', models.BigIntegerField(default=0)),
                    ('beat_at', models.DateTimeField(blank=True, null=True)),
                    ('attempts', models.PositiveIntegerField(default=0)),
                    ('done', models.BigIntegerField(default=0)),
                    ('total', models.BigIntegerField(default=0)),
                    ('entries', models.BigIntegerField(default=0)),
                    ('rows', models.BigIntegerField(default=0)),
                    ('sample', models.JSONField(default=list)),
                    ('finished_at', models.DateTimeField(blank=True, null=True)),
                    ('asked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'db_table': 'dsar_audit_export',
                    'ordering': ['-asked_at'],
                    'default_permissions': (),
                    'indexes': [models.Index(condition=models.Q(('state__in', ['waiting', 'writing'])), fields=['asked_at'], name='dsar_export_open')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'writing', 'ready', 'failed'])), name='dsar_export_state_known'), models.CheckConstraint(condition=models.Q(('by__in', ['received', 'closed'])), name='dsar_export_by_known')],
                },
            ),
            migrations.CreateModel(
                name='Fee',
                fields=[
                    ('pause', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='fee', serialize=False, to='dsar.pause')),
                    ('amount', models.DecimalField(decimal_places=2, max_digits=9)),
                    ('currency', models.CharField(max_length=3)),
                    ('accepted_at', models.DateTimeField(blank=True, null=True)),
                    ('paid_at', models.DateTimeField(blank=True, null=True)),
                    ('payment', models.BinaryField(blank=True, null=True)),
                ],
                options={
                    'db_table': 'dsar_cases_fee',
                    'default_permissions': (),
                    'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='dsar_fee_is_some'), models.CheckConstraint(condition=models.Q(models.Q(('paid_at__isnull', True), ('payment__isnull', True)), models.Q(('accepted_at__isnull', False), ('paid_at__isnull', False), ('payment__isnull', False)), _connector='OR'), name='dsar_fee_paid_whole')],
                },
            ),
            migrations.CreateModel(
                name='HandlingRule',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('variant', models.CharField(max_length=40)),
                    ('handling', models.CharField(max_length=20)),
                    ('reason', models.TextField()),
                    ('entered_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('entered_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'rule of who decides',
                    'verbose_name_plural': 'who decides',
                    'db_table': 'dsar_cases_handlingrule',
                    'ordering': ['-id'],
                    'default_permissions': (),
                    'constraints': [models.CheckConstraint(condition=models.Q(('handling__in', ['automatic', 'staff', 'two_people'])), name='dsar_handling_known'), models.CheckConstraint(condition=models.Q(('variant', 'deletion'), _negated=True), name='dsar_handling_not_of_deletion'), models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('variant',), name='dsar_handling_one_stands')],
                },
            ),
            migrations.CreateModel(
                name='Hold',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('declaration', models.CharField(blank=True, max_length=200)),
                    ('row', models.CharField(blank=True, max_length=100)),
                    ('ground', models.CharField(max_length=200)),
                    ('law', models.CharField(max_length=200)),
                    ('hidden', models.BooleanField(default=True)),
                    ('placed_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('review_on', models.DateField()),
                    ('reviewed_at', models.DateTimeField(blank=True, null=True)),
                    ('released_at', models.DateTimeField(blank=True, null=True)),
                    ('placed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('released_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('reviewed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('subject', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'db_table': 'dsar_registers_hold',
                    'indexes': [models.Index(condition=models.Q(('released_at__isnull', True)), fields=['subject'], name='dsar_hold_open')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('row', ''), models.Q(('declaration', ''), _negated=True), _connector='OR'), name='dsar_hold_of_a_kind')],
                },
            ),
            migrations.CreateModel(
                name='HouseReview',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('access', 'Access rights'), ('security', 'Security'), ('retention', 'Retention schedule'), ('overwritten', 'What was overwritten')], max_length=20)),
                    ('findings', models.TextField()),
                    ('signed_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('next_on', models.DateField()),
                    ('covered', models.JSONField(blank=True, default=dict)),
                    ('signed_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'db_table': 'dsar_registers_housereview',
                    'ordering': ['-signed_at', '-id'],
                    'default_permissions': (),
                    'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['access', 'security', 'retention', 'overwritten'])), name='dsar_house_review_kind')],
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
                    'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['opened', 'noted', 'contained', 'assessed', 'decided', 'authority_told', 'people_found', 'letter_written', 'letters_released', 'letters_sent', 'closed'])), name='dsar_incident_entry_kind_known')],
                },
            ),
            migrations.CreateModel(
                name='IncidentNotice',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('attempts', models.PositiveSmallIntegerField(db_default=0, default=0)),
                    ('claimed_at', models.DateTimeField(blank=True, null=True)),
                    ('mailed_at', models.DateTimeField(blank=True, null=True)),
                    ('address', models.BinaryField(blank=True, null=True)),
                    ('digest', models.CharField(blank=True, max_length=64)),
                    ('allowed', models.PositiveSmallIntegerField(db_default=1, default=1)),
                    ('incident', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='dsar.incident')),
                    ('subject', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'db_table': 'dsar_registers_incident_notice',
                    'default_permissions': (),
                    'indexes': [models.Index(condition=models.Q(('mailed_at__isnull', True)), fields=['incident', 'id'], name='dsar_incident_notice_waits')],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('subject__isnull', False)), fields=('incident', 'subject'), name='dsar_incident_account_once'), models.UniqueConstraint(condition=models.Q(('digest', ''), _negated=True), fields=('incident', 'digest'), name='dsar_incident_address_once'), models.CheckConstraint(condition=models.Q(models.Q(('address__isnull', True), ('digest', ''), ('subject__isnull', False)), models.Q(('address__isnull', False), ('subject__isnull', True), models.Q(('digest', ''), _negated=True)), _connector='OR'), name='dsar_incident_account_or_address')],
                },
            ),
        ]),
        migrations.RunSQL("".join(GUARDS), NO_GUARDS),
        migrations.RunSQL(transitions.sql(), transitions.REVERSE_SQL),
        migrations.RunSQL(lateness.SQL, lateness.REVERSE_SQL),
    ]
