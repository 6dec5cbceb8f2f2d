"""Calls made up from the published schema by schemathesis, and whether each answer is what the schema says.

All its checks look at each answer. Two of them, `use_after_free` and `ensure_resource_availability`, look at chains of
calls only, which a schema has where it links one call to another; ours links none.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

import schemathesis
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck
from hypothesis import settings as bounds
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Err
from schemathesis.generation import GenerationMode
from schemathesis.generation.hypothesis.builder import HypothesisTestConfig, create_test
from schemathesis.openapi.checks import RejectedPositiveData

from config.wsgi import application

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from schemathesis import Case
    from schemathesis.generation.hypothesis.builder import HypothesisTestMode
    from schemathesis.schemas import APIOperation

UNPROCESSABLE: Final = 422
MEANT: Final = {
    "cases_create": "which scope a right takes, and whether there is such a record or purpose",
    "cases_create_openly": "the same, and that who asks for another says for whom",
    "staff_cases_create": "the same, and what the message in base64 is",
    "staff_mail_read": "what the message in base64 is",
    "consents_create": "whether there is such a purpose",
    "messages_create": "what the bytes of a file are",
}
"""Calls of which a body of the right form may still be refused with 422, and by what. `positive_data_acceptance` passes
over that answer here; every other check and call stands."""


def schema() -> dict[str, Any]:
    """The schema as it is published."""
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return found


def walk(
    *,
    header: Callable[[], str],
    known: dict[str, str],
    examples: int,
    modes: Iterable[HypothesisTestMode],
) -> tuple[int, dict[str, list[str]]]:
    """Try every call of the schema; how many there were, and whatever a check found, by call.

    `known` are path parameters that name something: a call that fits the schema is made about these.
    """
    found: dict[str, list[str]] = defaultdict(list)
    tried = 0
    for operation in _operations():
        sent = {"Authorization": header()}
        _tried(operation, sent, known=known, examples=examples, modes=list(modes), found=found)
        tried += 1
    return tried, found


def _operations() -> Iterator[APIOperation[Any, Any, Any, Any]]:
    loaded = schemathesis.openapi.from_dict(schema())
    loaded.app, loaded.location = application, "http://localhost"
    for one in loaded.get_all_operations():
        assert not isinstance(one, Err), one.err()
        if one.ok().path.startswith("/api/v1/"):
            yield one.ok()


def _tried(
    operation: APIOperation[Any, Any, Any, Any],
    sent: dict[str, str],
    *,
    known: dict[str, str],
    examples: int,
    modes: list[HypothesisTestMode],
    found: dict[str, list[str]],
) -> None:
    def called(case: Case[Any]) -> None:
        if _fits(case):
            case.path_parameters |= {
                name: value for name, value in known.items() if name in case.path_parameters
            }
        response = case.call(headers=sent)
        try:
            case.validate_response(response, headers=sent)
        except FailureGroup as failed:
            for one in failed.exceptions:
                if not _is_known(one, operation, response.status_code):
                    told = f"{type(one).__name__}: {one}\n{case.body!r:.300}\n{response.content!r:.500}"
                    found[f"{operation.label} {response.status_code}"].append(told)

    create_test(
        operation=operation,
        test_func=called,
        config=HypothesisTestConfig(
            project=operation.schema.config,
            modes=modes,
            settings=bounds(
                max_examples=examples,
                deadline=None,
                derandomize=True,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        ),
    )()


def _fits(case: Case[Any]) -> bool:
    return case.meta is not None and case.meta.generation.mode == GenerationMode.POSITIVE


def _is_known(error: Exception, operation: APIOperation[Any, Any, Any, Any], status: int) -> bool:
    """Whether it is the one check that is left out, of an answer that a schema cannot foresee."""
    named = operation.definition.raw["operationId"] in MEANT
    return isinstance(error, RejectedPositiveData) and status == UNPROCESSABLE and named
