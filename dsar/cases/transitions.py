"""The table of moves as a trigger, so that not even plain SQL skips a state or a waiting period."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsar.cases.states import TRANSITIONS, Right, State

if TYPE_CHECKING:
    from collections.abc import Mapping

FUNCTION = "dsar_request_moves"

_SQL = """
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state IS DISTINCT FROM OLD.state
        AND (OLD.state || '>' || NEW.state) NOT IN ({moves})
    THEN
        RAISE EXCEPTION 'no move leads from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state = '{executing}' AND OLD.state <> '{executing}' AND (
        NEW.not_before > statement_timestamp() OR (NEW."right" = '{deletion}' AND NEW.not_before IS NULL)
    ) THEN
        RAISE EXCEPTION 'the waiting period has not ended' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state = '{approved}' AND NEW.state IN ('{approved}', '{executing}')
        AND (NEW.not_before IS NULL AND OLD.not_before IS NOT NULL OR NEW.not_before < OLD.not_before)
    THEN
        RAISE EXCEPTION 'a waiting period is never shortened' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER {function} BEFORE UPDATE OF state, not_before ON dsar_cases_request
    FOR EACH ROW EXECUTE FUNCTION {function}();
"""

REVERSE_SQL = f"""
DROP TRIGGER IF EXISTS {FUNCTION} ON dsar_cases_request;
DROP FUNCTION IF EXISTS {FUNCTION}();
"""


def sql(transitions: Mapping[State, frozenset[State]] = TRANSITIONS) -> str:
    """The statements that install the trigger for a table of moves."""
    moves = sorted(
        f"'{source.value}>{target.value}'"
        for source, targets in transitions.items()
        for target in targets
    )
    return _SQL.format(
        function=FUNCTION,
        moves=", ".join(moves),
        approved=State.APPROVED.value,
        executing=State.EXECUTING.value,
        deletion=Right.DELETION.value,
    )
