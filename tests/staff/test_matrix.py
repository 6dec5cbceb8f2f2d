"""Who may open which page of the admin and do what there: every address and every act, for every role, refusals too."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import URLPattern, reverse

from dsar.cases.models import Letter, Request
from dsar.cases.permissions import GROUPS
from dsar.staff import acts, bulk, incident_acts

if TYPE_CHECKING:
    from collections.abc import Iterator

EVERYBODY = frozenset(
    {"intake", "handler", "reviewer", "officer", "auditor", "owner", "root", "carol"}
)
"""Everybody on the staff; `carol` has no part in it, `root` is a superuser."""
ROOT = frozenset({"root"})
HANDLE = frozenset({"handler", "reviewer", "officer", "root"})
TAKE_IN = HANDLE | {"intake"}
DECIDE = frozenset({"reviewer", "officer", "root"})
APPROVE = frozenset({"officer", "root"})
AUDIT = frozenset({"officer", "auditor", "root"})
SEE = HANDLE | {"auditor"}
WATCH = DECIDE | {"auditor", "owner"}
APPOINT = APPROVE | {"owner"}
NOBODY: frozenset[str] = frozenset()

MODELS = {
    "request": SEE,
    "case": SEE,
    "complaint": SEE,
    "enquiry": SEE,
    "purpose": SEE,
    "consent": SEE,
    "objection": SEE,
    "numbercheck": SEE,
    "restriction": SEE,
    "package": SEE,
    "privacypolicy": HANDLE,
    "hold": DECIDE,
    "disclosure": DECIDE,
    "holiday": DECIDE,
    "handlingrule": SEE,
    "entry": AUDIT,
    "incident": AUDIT,
    "staffrecord": AUDIT,
    "housereview": AUDIT,
    "deputyship": AUDIT | {"owner"},
    "export": AUDIT,
    "retentionrun": DECIDE,
    "recipientrecord": SEE,
    "recipienttask": DECIDE,
    "destination": SEE,
    "sending": DECIDE,
    "transfer": DECIDE,
    "exempteduse": DECIDE,
    "sourcenotice": DECIDE,
    "anonymousset": DECIDE,
}
"""Who reads the rows of each model of dsar's: list, page and history. Nobody adds, changes or deletes one by hand."""

_KEY = uuid.UUID(int=0)
PAGES: dict[str, tuple[list[Any], frozenset[str]]] = {
    "index": ([], EVERYBODY),
    "jsi18n": ([], EVERYBODY),
    "password_change": ([], EVERYBODY),
    "password_change_done": ([], EVERYBODY),
    "system": ([], WATCH),
    "figures": ([], DECIDE | AUDIT),
    "staff": ([], AUDIT),
    "dsar_staffrecord_enter": ([], APPROVE),
    "dsar_deputyship_enter": ([], APPOINT),
    "dsar_housereview_sign": (["access"], APPROVE),
    "datamap": ([], SEE | WATCH),
    "datamap_file": (["fields.csv"], SEE | WATCH),
    "datamap_security": ([], APPROVE),
    "principles": ([], SEE | WATCH),
    "dsar_request_find": ([], HANDLE),
    "dsar_request_texts": ([_KEY], DECIDE),
    "dsar_request_mark": ([_KEY], DECIDE),
    "dsar_request_files": ([_KEY], DECIDE),
    "dsar_request_leave_file": ([_KEY], DECIDE),
    "dsar_request_file": ([_KEY], DECIDE),
    "dsar_request_replacement": ([_KEY, _KEY], DECIDE),
    "dsar_case_note": ([_KEY], HANDLE),
    "dsar_case_posted": ([_KEY, _KEY], HANDLE),
    "dsar_case_astray": ([_KEY], HANDLE),
    "dsar_case_minor": ([_KEY], DECIDE),
    "dsar_case_hold": ([_KEY], DECIDE),
    "dsar_case_reveal": ([_KEY], AUDIT),
    "dsar_case_read": ([], TAKE_IN),
    "dsar_case_enter": ([], TAKE_IN),
    "dsar_complaint_enter": ([], HANDLE),
    "dsar_complaint_answer": ([_KEY], DECIDE),
    "dsar_enquiry_enter": ([], TAKE_IN),
    "dsar_enquiry_answer": ([_KEY], HANDLE),
    "dsar_restriction_announce": ([0], DECIDE),
    "dsar_restriction_keep": ([0], DECIDE),
    "dsar_hold_keep": ([_KEY], DECIDE),
    "dsar_holiday_enter": ([], DECIDE),
    "dsar_handlingrule_enter": (["access"], APPROVE),
    "dsar_privacypolicy_write": ([], DECIDE),
    "dsar_privacypolicy_rewrite": ([0], DECIDE),
    "dsar_incident_open": ([], APPROVE),
    "dsar_retention_schedule": ([], DECIDE),
    "dsar_retention_overdue": ([], DECIDE),
    "dsar_retention_approve": ([_KEY], APPROVE),
    "dsar_recipient_enter": ([], APPROVE),
    "dsar_recipient_edit": (["none"], APPROVE),
    "dsar_destination_approve": ([], APPROVE),
    "dsar_anonymousset_enter": ([], APPROVE),
    "dsar_anonymousset_test": ([0], APPROVE),
    "dsar_anonymousset_share": ([0], APPROVE),
    "dsar_sourcenotice_note": ([], DECIDE),
    "dsar_exempteduse_note": ([], APPROVE),
    "dsar_transfer_enter": ([], APPROVE),
    "dsar_purpose_assess": (["none"], DECIDE),
    "dsar_export_ask": ([], AUDIT),
    "dsar_export_fetch": ([_KEY], AUDIT),
    "auth_user_password_change": ([0], ROOT),
}
"""Who opens each page that is no model's, with what its address needs; where that names nothing, it is not found."""
POSTS: dict[str, tuple[list[Any], frozenset[str]]] = {
    "dsar_request_revoke": ([_KEY, _KEY], DECIDE),
    "dsar_request_unmark": ([_KEY, _KEY], DECIDE),
    "dsar_request_seen": ([_KEY], DECIDE),
    "dsar_complaint_take": ([_KEY], DECIDE),
    "dsar_hold_release": ([_KEY], DECIDE),
    "dsar_privacypolicy_publish": ([0], APPROVE),
    "dsar_anonymousset_retire": ([0], APPROVE),
    "dsar_transfer_confirm": ([0], APPROVE),
    "dsar_transfer_cancel": ([0], APPROVE),
    "dsar_staffrecord_end": ([0], APPROVE),
    "dsar_deputyship_end": ([0], APPOINT),
    "dsar_restriction_lift": ([0], DECIDE),
    "dsar_purpose_start": (["none"], APPROVE),
    "dsar_purpose_sign": ([0], APPROVE),
    "dsar_export_evidence": ([_KEY], AUDIT),
    "dsar_recipient_secret": (["none"], APPROVE),
    "dsar_destination_withdraw": ([0], APPROVE),
    "dsar_recipienttask_finish": ([0], DECIDE),
    "dsar_recipienttask_again": ([0], DECIDE),
}
"""The same of what is only ever sent."""
ACTS = {
    "preview": HANDLE,
    "verify": HANDLE,
    "take": HANDLE,
    "give": HANDLE,
    "ask": HANDLE,
    "fee": HANDLE,
    "payment": HANDLE,
    "resume": HANDLE,
    "aside": HANDLE,
    "decide": DECIDE,
    "extend": DECIDE,
    "promise": DECIDE,
    "laws": DECIDE,
    "retry": DECIDE,
    "mended": DECIDE,
    "skip": DECIDE,
    "review": DECIDE,
    "approve": APPROVE,
}
BULK = {"take": HANDLE, "give": HANDLE, "retry": DECIDE}
OF_ONE = {
    "dsar_case_letter": HANDLE,
    "dsar_case_pdf": HANDLE,
    "dsar_case_file": HANDLE,
}
"""What shows a person's own text: an auditor says why first (tests/staff/test_casefile.py)."""
ELSEWHERE = {
    "login": "sends whoever is in to the first page: test_desk.py",
    "logout": "ends a session, of whoever it is",
    "autocomplete": "refuses whatever no form of a model asks for, and no form here does",
    "view_on_site": "only sends on to an address, where the page itself decides",
    "app_list": "lists what the pages of the models show: walked below",
    "dsar_request_act": "walked act by act",
    "dsar_request_bulk": "walked act by act",
    "dsar_incident_act": "walked act by act",
}
"""Addresses that no row of the table says enough about."""


def _patterns(found: Any = None) -> Iterator[URLPattern]:
    for one in admin.site.get_urls() if found is None else found:
        if isinstance(one, URLPattern):
            yield one
        else:
            yield from _patterns(one.url_patterns)


def _models() -> list[Any]:
    """Every model that the admin shows."""
    return [one for one in apps.get_models() if admin.site.is_registered(one)]


def _of_models() -> dict[str, frozenset[str]]:
    """Every address of a model, with who opens it: of another app's nobody but a superuser."""
    told = {}
    for model in _models():
        label, name = model._meta.app_label, str(model._meta.model_name)
        may = MODELS[name] if label == "dsar" else ROOT
        for page in ("changelist", "change", "history"):
            told[f"{label}_{name}_{page}"] = may
        for page in ("add", "delete"):
            told[f"{label}_{name}_{page}"] = NOBODY if label == "dsar" else ROOT
    return told


def _address(name: str, given: list[Any]) -> str:
    return reverse(f"admin:{name}", args=given)


def _is_let_in(response: Any) -> bool:
    """Whether the page was opened, or would have been had there been such a thing."""
    assert response.status_code in {200, 302, 403, 404, 405}, response.status_code
    return bool(response.status_code != 403)


@pytest.fixture(params=sorted(EVERYBODY))
def role(request):
    """Each member of the staff in turn."""
    return request.param


def test_every_address_is_in_the_table():
    listed = {*_of_models(), *PAGES, *POSTS, *OF_ONE, *ELSEWHERE}
    assert {one.name for one in _patterns() if one.name} <= listed
    assert {str(one._meta.model_name) for one in _models() if one._meta.app_label == "dsar"} == {
        *MODELS
    }


def test_every_act_is_in_the_table():
    assert {one.name for one in acts.ACTS} == set(ACTS)
    assert set(bulk.ACTS) == set(BULK)


def test_each_page_opens_for_its_roles_and_for_no_other(cast, at_desk, role):
    client = at_desk(role)
    for name, (given, may) in PAGES.items():
        assert _is_let_in(client.get(_address(name, given))) is (role in may), name


def test_what_is_only_sent_is_taken_from_its_roles_and_from_no_other(cast, at_desk, role):
    client = at_desk(role)
    for name, (given, may) in POSTS.items():
        address = _address(name, given)
        assert client.get(address).status_code == 405, name
        assert _is_let_in(client.post(address)) is (role in may), name


def test_rows_of_a_model_are_read_by_its_roles_and_changed_by_nobody(cast, ask, at_desk, role):
    ask(cast.alice, "deletion")
    client, told = at_desk(role), _of_models()
    for model in _models():
        row = model._base_manager.first()
        key = row.pk if row is not None else _missing(model)
        base = f"{model._meta.app_label}_{model._meta.model_name}"
        for page in ("changelist", "add", "change", "history", "delete"):
            given = [] if page in {"changelist", "add"} else [key]
            if row is None and page == "history":
                # Django looks for the row first, and says of one that is not there only that.
                continue
            answer = client.get(reverse(f"admin:{base}_{page}", args=given))
            if role == "root" and model._meta.app_label != "dsar":
                # What another app lets a superuser do is that app's affair.
                continue
            expected = role in told[f"{base}_{page}"]
            assert _is_let_in(answer) is expected, (base, page)


def _missing(model: Any) -> Any:
    kind = model._meta.pk.get_internal_type()
    return _KEY if kind == "UUIDField" else 0


@pytest.mark.parametrize("name", sorted(ACTS))
def test_each_act_is_for_its_roles_and_for_no_other(cast, ask, at_desk, name):
    request = ask(cast.alice, "deletion").requests.get()
    address = reverse("admin:dsar_request_act", args=[request.pk, name])
    for role in sorted(EVERYBODY):
        client = at_desk(role) if role == "carol" else at_desk(role, f"{role}-{name}")
        assert _is_let_in(client.get(address)) is (role in ACTS[name]), role
        if role not in ACTS[name]:
            assert client.post(address, {"verdict": "granted", "reason": "x"}).status_code == 403
    request.refresh_from_db()
    assert request.state == "in_review"
    assert request.owner is None


def test_what_is_done_to_several_is_for_its_roles_and_for_no_other(cast, at_desk, role):
    client = at_desk(role)
    for name in ACTS:
        answer = client.post(reverse("admin:dsar_request_bulk", args=[name]))
        assert _is_let_in(answer) is (role in BULK.get(name, NOBODY)), name


def test_acts_on_incidents_are_the_officers(cast, at_desk, role):
    client = at_desk(role)
    for act in incident_acts.ACTS:
        answer = client.get(reverse("admin:dsar_incident_act", args=[0, act.name]))
        assert _is_let_in(answer) is (role in APPROVE), act.name


def test_a_persons_letters_and_files_are_read_by_who_handles_requests(cast, ask, at_desk, role):
    case = ask(cast.alice, "deletion")
    letter = Letter.objects.filter(case=case).earliest("written_at")
    client = at_desk(role)
    for name, may in OF_ONE.items():
        # No file came with the case: who may not see one is refused before anything is looked for.
        answer = client.get(reverse(f"admin:{name}", args=[case.pk, letter.pk]))
        assert _is_let_in(answer) is (role in may), name


def test_the_list_of_an_app_is_shown_to_who_sees_something_in_it(cast, at_desk, role):
    status = at_desk(role).get(reverse("admin:app_list", args=["dsar"])).status_code
    assert (status == 200) is (role in SEE | APPOINT)


def test_an_act_that_is_none_is_refused_to_everybody(cast, ask, at_desk, role):
    request, client = ask(cast.alice, "deletion").requests.get(), at_desk(role)
    for name in ("delete", "__class__", "view"):
        address = reverse("admin:dsar_request_act", args=[request.pk, name])
        assert client.get(address).status_code == client.post(address).status_code == 403


@pytest.mark.parametrize("outsider", ["customer", "stranger", "dismissed"])
def test_outsiders_are_sent_to_the_door_from_everywhere(cast, ask, outsider):
    request = ask(cast.alice, "deletion").requests.get()
    client = Client()
    if outsider != "stranger":
        user: Any = cast.alice.user if outsider == "customer" else cast.carol.user
        user.is_staff = False
        user.save()
        for group in GROUPS if outsider == "dismissed" else ():
            user.groups.add(Group.objects.get(name=group))
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    addresses = [_address(name, given) for name, (given, _) in (PAGES | POSTS).items()]
    addresses += [
        reverse(f"admin:{one}", args=[]) for one in _of_models() if one.endswith("_changelist")
    ]
    addresses += [reverse("admin:dsar_request_change", args=[request.pk])]
    addresses += [reverse("admin:dsar_request_act", args=[request.pk, one]) for one in ACTS]
    for address in addresses:
        if not address.endswith("/jsi18n/"):
            for send in (client.get, client.post):
                answer = send(address)
                assert answer.status_code == 302, address
                assert answer["Location"].startswith(reverse("admin:login")), address
    assert Request.objects.get().state == "in_review"


def test_the_groups_hold_what_the_table_says():
    """The table above speaks of roles; these are the permissions that make them."""
    holds = {name: {one.removesuffix("_request") for one in may} for name, may in GROUPS.items()}
    assert {name for name, may in holds.items() if "approve" in may} == {"Data protection officers"}
    assert "handle" not in holds["Auditors"]
    assert holds["System owners"] == {"watch_system", "appoint_deputies"}
    assert {name for name, may in holds.items() if "appoint_deputies" in may} == {
        *("System owners", "Data protection officers"),
    }
    assert holds["Privacy intake"] == {"take_in"}
    assert {name for name, may in holds.items() if "take_in" in may} == {
        *{name for name, may in holds.items() if "handle" in may},
        "Privacy intake",
    }
