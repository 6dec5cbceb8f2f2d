"""The addresses of the API."""

from __future__ import annotations

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from dsar.api import (
    answers,
    cases,
    complaints,
    consents,
    desk,
    desk_intake,
    disputes,
    fees,
    holdings,
    letters,
    messages,
    moretime,
    packages,
    problems,
    public,
    purposes,
    queue,
    revocation,
    sending,
    tokens,
)

_PERSON = [
    path("cases/public", public.OpenFilings.as_view(), name="open_filings"),
    path("confirmations", public.Confirmations.as_view(), name="confirmations"),
    path("cases", cases.Cases.as_view(), name="cases"),
    path("cases/<str:reference>", cases.OneCase.as_view(), name="case"),
    path(
        "cases/<str:reference>/mailbox",
        cases.MailboxUnreachable.as_view(),
        name="mailbox_unreachable",
    ),
    path("cases/<str:reference>/verify", cases.Verification.as_view(), name="verify"),
    path("cases/<str:reference>/letters/<uuid:pk>", letters.OneLetter.as_view(), name="letter"),
    path(
        "cases/<str:reference>/letters/<uuid:pk>/pdf",
        letters.LetterFile.as_view(),
        name="letter_pdf",
    ),
    path(
        "cases/<str:reference>/requests/<uuid:pk>/withdraw",
        cases.Withdrawal.as_view(),
        name="withdraw",
    ),
    path(
        "cases/<str:reference>/requests/<uuid:pk>/package",
        packages.OnePackage.as_view(),
        name="package",
    ),
    path("cases/<str:reference>/requests/<uuid:pk>/fee", fees.Choose.as_view(), name="fee"),
    path(
        "cases/<str:reference>/requests/<uuid:pk>/sending",
        sending.ConfirmSending.as_view(),
        name="sending",
    ),
    path(
        "cases/<str:reference>/requests/<uuid:pk>/sending/code",
        sending.SendingCode.as_view(),
        name="sending_code",
    ),
    path("cases/<str:reference>/messages", messages.Messages.as_view(), name="messages"),
    path(
        "cases/<str:reference>/attachments/<uuid:pk>",
        messages.OneAttachment.as_view(),
        name="attachment",
    ),
    path("cases/<str:reference>/complaints", complaints.Complaints.as_view(), name="complaints"),
    path("holdings", holdings.Holdings.as_view(), name="holdings"),
    path("annotations", disputes.Annotations.as_view(), name="annotations"),
    path("annotations/<uuid:pk>", disputes.OneAnnotation.as_view(), name="annotation"),
    path("preview/deletion", holdings.DeletionPreview.as_view(), name="preview_deletion"),
    path("destinations", sending.Destinations.as_view(), name="destinations"),
    path("purposes", purposes.Purposes.as_view(), name="purposes"),
    path("consents", consents.Consents.as_view(), name="consents"),
    path("consents/<uuid:pk>", consents.OneConsent.as_view(), name="consent"),
    path("auth/token", tokens.Token.as_view(), name="token"),
    path("answer", answers.Answer.as_view(), name="answer"),
    path("answer/packages/<uuid:pk>", answers.AnswerPackage.as_view(), name="answer_package"),
    path("answer/messages", messages.AnswerByLink.as_view(), name="answer_message"),
    path("answer/complaints", complaints.ComplaintByLink.as_view(), name="answer_complaint"),
    path("answer/requests/<uuid:pk>/fee", fees.ChooseByLink.as_view(), name="answer_fee"),
    path(
        "answer/sendings/<uuid:pk>", sending.ConfirmSendingByLink.as_view(), name="answer_sending"
    ),
    path(
        "answer/sendings/<uuid:pk>/code",
        sending.SendingCodeByLink.as_view(),
        name="answer_sending_code",
    ),
    path("answer/code", answers.Code.as_view(), name="answer_code"),
]
_STAFF = [
    path("requests", queue.Queue.as_view(), name="staff_requests"),
    path("requests/<uuid:pk>", queue.OneRequest.as_view(), name="staff_request"),
    path("requests/<uuid:pk>/preview", queue.Preview.as_view(), name="staff_preview"),
    path("requests/<uuid:pk>/decide", queue.Decide.as_view(), name="staff_decide"),
    path("requests/<uuid:pk>/approve", queue.Approve.as_view(), name="staff_approve"),
    path("requests/<uuid:pk>/take", queue.Take.as_view(), name="staff_take"),
    path("requests/<uuid:pk>/ask", queue.Ask.as_view(), name="staff_ask"),
    path("requests/<uuid:pk>/extend", moretime.Extend.as_view(), name="staff_extend"),
    path("requests/<uuid:pk>/promise", moretime.Promise.as_view(), name="staff_promise"),
    path("requests/<uuid:pk>/fee", fees.Estimate.as_view(), name="staff_fee"),
    path("requests/<uuid:pk>/payment", fees.Payment.as_view(), name="staff_payment"),
    path("requests/<uuid:pk>/preserve", moretime.Preserve.as_view(), name="staff_preserve"),
    path("requests/<uuid:pk>/messages", messages.StaffMessages.as_view(), name="staff_messages"),
    path(
        "requests/<uuid:pk>/attachments/<uuid:attachment>",
        messages.StaffAttachment.as_view(),
        name="staff_attachment",
    ),
    path("complaints", complaints.StaffComplaints.as_view(), name="staff_complaints"),
    path(
        "complaints/<uuid:pk>/take", complaints.TakeComplaint.as_view(), name="staff_complaint_take"
    ),
    path(
        "complaints/<uuid:pk>/answer",
        complaints.AnswerComplaint.as_view(),
        name="staff_complaint_answer",
    ),
    path("requests/<uuid:pk>/resume", queue.Resume.as_view(), name="staff_resume"),
    path("requests/<uuid:pk>/verify", queue.Verify.as_view(), name="staff_verify"),
    path("requests/<uuid:pk>/retry", queue.Retry.as_view(), name="staff_retry"),
    path("cases/<str:reference>/laws", moretime.Laws.as_view(), name="staff_laws"),
    path("holidays", moretime.Holidays.as_view(), name="staff_holidays"),
    path("cases", desk_intake.TakeIn.as_view(), name="staff_take_in"),
    path("mail", desk_intake.ReadMail.as_view(), name="staff_mail"),
    path("cases/<str:reference>/papers", desk.AllowPapers.as_view(), name="staff_papers"),
    path("requests/<uuid:pk>/reopen", queue.Reopen.as_view(), name="staff_reopen"),
    path("cases/<str:reference>/authority", desk.AcceptAuthority.as_view(), name="staff_authority"),
    path("cases/<str:reference>/doubt", desk.Doubt.as_view(), name="staff_doubt"),
    path("cases/<str:reference>/thaw", desk.Thaw.as_view(), name="staff_thaw"),
    path("packages/<uuid:pk>/revoke", revocation.Revocation.as_view(), name="staff_revoke"),
]
_OPEN = {"authentication_classes": (), "permission_classes": (), "throttle_classes": ()}

app_name = "dsar_api"
urlpatterns = [
    path("v1/", include(_PERSON)),
    path("v1/staff/", include(_STAFF)),
    path("schema", SpectacularAPIView.as_view(**_OPEN), name="schema"),
    path(
        "docs",
        SpectacularSwaggerSplitView.as_view(
            url_name="dsar_api:schema", template_name="dsar/api/docs.html", **_OPEN
        ),
        name="docs",
    ),
    re_path(r"^", problems.nowhere),
]
