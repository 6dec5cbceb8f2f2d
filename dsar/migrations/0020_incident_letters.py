"""Letters that may go before the authority's notice."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("dsar", "0019_watching"),
    ]

    operations = [
        migrations.AddField(
            model_name='incident',
            name='at_once',
            field=models.BooleanField(default=False),
        ),
    ]
