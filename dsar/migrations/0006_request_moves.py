"""Refuse in the database every move of a request that the table of moves does not hold."""

from django.db import migrations

from dsar.cases import transitions


class Migration(migrations.Migration):
    dependencies = [("dsar", "0005_cases")]

    operations = [migrations.RunSQL(transitions.sql(), transitions.REVERSE_SQL)]
