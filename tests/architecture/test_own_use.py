"""Records of requests are used for nothing else: the company's apps neither import nor query what holds them (R159)."""

from __future__ import annotations

import ast
import re

import pytest
from django.apps import apps

from tests.architecture import reading

COMPANY = ("accounts", "orders")
"""The apps that sell, mail and count; `lint-imports` keeps them from importing what holds requests."""


def tables() -> set[str]:
    """Every table of dsar's, and every name under which its models are found."""
    models = list(apps.get_app_config("dsar").get_models(include_auto_created=True))
    return {one._meta.db_table for one in models} | {one._meta.label_lower for one in models}


def reached(code: str) -> list[str]:
    """What some code reaches without an import: tables in texts, and models asked for by the app's name."""
    found = []
    named = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(tables())))})\b", re.IGNORECASE)
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found += named.findall(node.value)
        if isinstance(node, ast.Call) and _is_look_up(node):
            found.append(ast.unparse(node))
    return found


def _is_look_up(call: ast.Call) -> bool:
    """`get_model("dsar", …)`, `get_app_config("dsar")`, `all_models["dsar"]` and the like, by any path."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    first = call.args[0] if call.args else None
    asks = name in {"get_model", "get_app_config", "get_models", "import_module"}
    return asks and isinstance(first, ast.Constant) and str(first.value).split(".")[0] == "dsar"


@pytest.mark.parametrize(
    "code",
    [
        'cursor.execute("SELECT contact FROM dsar_cases_case c JOIN accounts_user u ON u.id = c.subject_id")',
        'User.objects.raw(f"SELECT * FROM x WHERE id IN (SELECT subject_id FROM DSAR_cases_case)")',
        'apps.get_model("dsar", "Case").objects.count()',
        'get_model("dsar.Case")',
        'import_module("dsar.cases.models")',
        'User.objects.extra(tables=["dsar_registers_suppression"])',
    ],
)
def test_a_way_around_the_imports_is_noticed(code):
    assert reached(code)


def test_no_query_of_the_company_s_apps_names_what_holds_requests():
    sources = reading.modules(*COMPANY)
    assert len(sources) > 20
    found = {
        reading.named(path): names
        for path in sources
        if (names := reached(path.read_text(encoding="utf-8")))
    }
    assert found == {}


def test_no_relation_leads_from_the_company_s_models_to_requests():
    """A reverse accessor would be a query without a name, so no key of dsar's has one."""
    for app in COMPANY:
        for model in apps.get_app_config(app).get_models(include_auto_created=True):
            towards = [
                one.name
                for one in model._meta.get_fields()
                if one.is_relation
                and one.related_model
                and one.related_model._meta.app_label == "dsar"
            ]
            assert towards == [], model
