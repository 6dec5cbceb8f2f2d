"""Let the database see every late answer, and never forget one."""

from django.db import migrations

from dsar.cases import lateness


class Migration(migrations.Migration):
    dependencies = [("dsar", "0012_more_time")]

    operations = [migrations.RunSQL(lateness.SQL, lateness.REVERSE_SQL)]
