"""What a person writes in a case: a message with files, or a complaint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dsar.cases import files
from dsar.cases.files import File, FileRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.core.files.uploadedfile import UploadedFile

_LONGEST = 10_000
CASE = "case"
"""What a complaint is about that is about no request in particular."""


class _FilesInput(forms.FileInput):
    """A field for several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Files of the kinds that the cases take; each that is refused is named."""

    widget = _FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[File]:
        """The files as they came, read no further than they may be long."""
        given = data or []
        if len(given) > files.MOST_FILES:
            raise forms.ValidationError(_("Choose at most five files."))
        read = [_read(super(FilesField, self).clean(one, initial)) for one in given]
        if refused := [_refusal(one) for one in read if not _may_stay(one)]:
            raise forms.ValidationError(refused)
        return read


def _read(upload: UploadedFile[Any]) -> File:
    return File(name=upload.name or "", content=upload.read(files.MOST_BYTES + 1))


def _may_stay(file: File) -> bool:
    try:
        files.sniffed([file])
    except FileRefusedError:
        return False
    return True


def _refusal(file: File) -> forms.ValidationError:
    return forms.ValidationError(
        _("“%(name)s” cannot be sent: only PDF, PNG, JPEG or plain text of at most 5 MB can."),
        params={"name": file.name},
    )


def _text(*, label: Any, required: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=_LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": required},
    )


class MessageForm(forms.Form):
    """A message, with files if need be."""

    text = _text(label=_("Your message"), required=_("Write what you want to tell us."))
    attached = FilesField(
        label=_("Files (optional)"),
        required=False,
        help_text=_(
            "PDF, PNG, JPEG or plain text, at most five, each of at most 5 MB. "
            "Send a copy of an identity paper only if we asked for it."
        ),
    )


class ComplaintForm(forms.Form):
    """What is wrong, and with what."""

    about = forms.ChoiceField(
        label=_("What is it about?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Say what your complaint is about.")},
    )
    text = _text(
        label=_("What is wrong?"),
        required=_("Say what is wrong."),
        help_text=_("In your own words. You need not name a law."),
    )

    def __init__(self, *args: Any, closed: Iterable[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [*closed, (CASE, _("Something else about this case"))]
        self.fields["about"].choices = choices  # type: ignore[attr-defined]  # it has them
