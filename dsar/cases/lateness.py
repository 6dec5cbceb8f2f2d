"""Lateness stays visible for ever: a trigger that sees every late answer, and refuses to forget one (R52)."""

from __future__ import annotations

FUNCTION = "dsar_request_lateness"

SQL = f"""
CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.was_overdue AND NOT NEW.was_overdue OR NEW.days_late < OLD.days_late THEN
        RAISE EXCEPTION 'lateness is never taken back' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.answered_at > NEW.statutory_due_at AND OLD.answered_at IS NULL THEN
        NEW.was_overdue := true;
        NEW.days_late := GREATEST(
            NEW.days_late, CEIL(EXTRACT(EPOCH FROM NEW.answered_at - NEW.statutory_due_at) / 86400)
        );
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER {FUNCTION} BEFORE UPDATE OF answered_at, was_overdue, days_late
    ON dsar_cases_request FOR EACH ROW EXECUTE FUNCTION {FUNCTION}();
"""

REVERSE_SQL = f"""
DROP TRIGGER IF EXISTS {FUNCTION} ON dsar_cases_request;
DROP FUNCTION IF EXISTS {FUNCTION}();
"""
