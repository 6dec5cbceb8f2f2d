"""The database and the roles that a local installation has, as production has them.

The owner migrates; web and workers are the application and may change rows only. A permission that
is missing is so missed here, and not in production.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg import sql

from config.embedded import postgresql

if TYPE_CHECKING:
    import psycopg

    from config.embedded.places import Places

DATABASE = "dsar"
OWNER = "dsar_owner"
APPLICATION = "dsar_app"


def ensure(places: Places) -> None:
    """Make the roles and the database that are missing; call it with the gate held."""
    with postgresql.connect(places) as connection:
        for role in (OWNER, APPLICATION):
            _ensure_role(connection, role)
        # The bench measures in databases of its own.
        connection.execute(sql.SQL("ALTER ROLE {} CREATEDB").format(sql.Identifier(OWNER)))
        created = _ensure_database(connection)
    if created:
        with postgresql.connect(places, database=DATABASE) as connection:
            _prepare(connection)


def grant_by_default(connection: psycopg.Connection) -> None:
    """Let the application read and write the rows of every table the owner will make."""
    for objects, rights in (
        ("TABLES", "SELECT, INSERT, UPDATE, DELETE"),
        ("SEQUENCES", "USAGE, SELECT"),
    ):
        connection.execute(
            sql.SQL(
                "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT {rights} ON {objects} TO {app}"
            ).format(
                owner=sql.Identifier(OWNER),
                rights=sql.SQL(rights),
                objects=sql.SQL(objects),
                app=sql.Identifier(APPLICATION),
            )
        )


def _ensure_role(connection: psycopg.Connection, role: str) -> None:
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    if known is None:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))


def _ensure_database(connection: psycopg.Connection) -> bool:
    known = connection.execute(
        "SELECT 1 FROM pg_database WHERE datname = %s AND datallowconn", [DATABASE]
    ).fetchone()
    if known:
        return False
    names = {"name": sql.Identifier(DATABASE), "owner": sql.Identifier(OWNER)}
    connection.execute(sql.SQL("CREATE DATABASE {name} OWNER {owner}").format(**names))
    return True


def _prepare(connection: psycopg.Connection) -> None:
    # This extension is not a trusted one: the owner could not make it.
    connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    connection.execute(
        sql.SQL("GRANT pg_read_all_stats TO {}, {}").format(
            sql.Identifier(OWNER), sql.Identifier(APPLICATION)
        )
    )
    connection.execute(
        sql.SQL("GRANT EXECUTE ON FUNCTION pg_stat_statements_reset TO {}").format(
            sql.Identifier(OWNER)
        )
    )
    grant_by_default(connection)
