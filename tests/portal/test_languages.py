"""The portal speaks the reader's language and says so to the browser."""

from __future__ import annotations

from django.test import Client

from tests import faces


def test_the_browsers_language_is_spoken(transactional_db):
    page = Client().get("/privacy/", headers={"accept-language": "zh-CN,zh;q=0.9"}).content.decode()
    assert '<html lang="zh-hans" dir="ltr">' in page
    assert "您的数据，您做主" in page


def test_the_choice_of_a_language_stays(alice, cast):
    case = faces.file(cast.alice, "access")
    alice.post("/i18n/setlang/", {"language": "zh-hans", "next": "/privacy/"})
    page = alice.get(f"/privacy/requests/{case.reference}/").content.decode()
    assert "我们收到了您的请求。" in page
    assert "获取我的数据副本" in page


def test_choosing_a_language_leads_to_this_site_only(transactional_db):
    answer = Client().post("/i18n/setlang/", {"language": "en", "next": "https://evil.invalid/"})
    assert "evil" not in answer["Location"]
