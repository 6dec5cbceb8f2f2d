"""The addresses of the portal; what stands in them names nobody."""

from __future__ import annotations

from django.urls import path

from dsar.portal import (
    answer,
    asking,
    centre,
    cookies,
    figures,
    following,
    holder,
    noting,
    open_filing,
    policy,
    questions,
    unsubscribing,
    writing,
)

app_name = "dsar_portal"
urlpatterns = [
    path("", centre.home, name="home"),
    path("held/", centre.held, name="held"),
    path("held/notes/<uuid:pk>/", noting.note, name="note"),
    path("choices/", centre.choices, name="choices"),
    path("choices/marketing/", centre.stop_marketing, name="stop_marketing"),
    path("choices/receipts/<uuid:pk>/", centre.receipt, name="receipt"),
    path("choices/<slug:code>/", centre.switch, name="switch"),
    path("cookies/", cookies.listing, name="cookies"),
    path("cookies/delete/", cookies.delete, name="cookies_delete"),
    path("figures/", figures.last_year, name="figures"),
    path("policy/", policy.current, name="policy"),
    path("policy/<slug:version>/", policy.version, name="policy_version"),
    path("policy/<slug:version>/changes/", policy.changes, name="policy_changes"),
    path("policy/<slug:version>/seen/", policy.seen, name="policy_seen"),
    path("holder/<int:pk>/", holder.shown, name="holder"),
    path("holder/<int:pk>/<slug:code>/", holder.renew, name="holder_renew"),
    path("ask/", asking.choose, name="ask"),
    path("ask/open/", open_filing.ask, name="open"),
    path("ask/open/sent/", open_filing.sent, name="open_sent"),
    path("ask/check/", asking.check, name="ask_check"),
    path("ask/<slug:right>/", asking.detail, name="ask_detail"),
    path("question/", questions.ask, name="question"),
    path("question/sent/", questions.sent, name="question_sent"),
    path("requests/", following.listing, name="requests"),
    path("requests/<str:reference>/", following.case, name="case"),
    path("requests/<str:reference>/progress/", following.progress, name="progress"),
    path("requests/<str:reference>/confirm/", following.confirm_identity, name="confirm_identity"),
    path("requests/<str:reference>/letters/<uuid:pk>/", following.letter, name="letter"),
    path(
        "requests/<str:reference>/letters/<uuid:pk>/pdf/", following.letter_pdf, name="letter_pdf"
    ),
    path("requests/<str:reference>/messages/", writing.correspond, name="messages"),
    path("requests/<str:reference>/files/<uuid:pk>/", writing.attachment, name="attachment"),
    path("requests/<str:reference>/complain/", writing.complain, name="complain"),
    path("requests/<str:reference>/<uuid:pk>/withdraw/", following.withdraw, name="withdraw"),
    path("requests/<str:reference>/<uuid:pk>/copy/", following.package, name="package"),
    path("unsubscribe/<str:token>/", unsubscribing.unsubscribe, name="unsubscribe"),
    path("confirm/", open_filing.confirm, name="confirm"),
    path("confirm/<str:token>/", open_filing.arrive, name="confirm_arrive"),
    path("answer/", answer.answer, name="answer"),
    path("answer/code/", answer.send_code, name="answer_code"),
    path("answer/letters/<uuid:pk>/", answer.letter, name="answer_letter"),
    path("answer/letters/<uuid:pk>/pdf/", answer.letter_pdf, name="answer_letter_pdf"),
    path("answer/messages/", writing.correspond_by_link, name="answer_messages"),
    path("answer/files/<uuid:pk>/", writing.attachment_by_link, name="answer_attachment"),
    path("answer/complain/", writing.complain_by_link, name="answer_complain"),
    path("answer/<str:token>/", answer.arrive, name="answer_arrive"),
]
