"""Every setting of the project, read from the environment; docs/operations lists the variables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import django_stubs_ext
import environ
from cryptography.fernet import Fernet
from django.core.management.utils import get_random_secret_key
from kombu import Exchange, Queue

from config import addresses, beats, local_secrets, logs
from config.embedded import places, servers
from dsar.ledger import notes

# Generic Django classes may be subscripted in base classes, so that their types can be checked.
django_stubs_ext.monkeypatch()

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent

# --- Where this runs -----------------------------------------------------------------------------
# Without a database of its own the project is somebody's try on one machine: servers, keys and
# folders are local. Everything below that is lenient asks LOCAL, never DEBUG.
LOCAL = env.bool("DSAR_LOCAL", default=not env.str("DATABASE_URL", default=""))
DEBUG = env.bool("DEBUG", default=False)
LOCAL_FOLDER = places.home_folder()
EMBEDDED = servers.local() if servers.are_wanted() else None

SECRET_KEY = (
    local_secrets.kept("secret-key", get_random_secret_key)
    if LOCAL and not env.str("SECRET_KEY", default="")
    else env.str("SECRET_KEY")
)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if LOCAL else []
)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# --- Apps ----------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "config",
    "accounts",
    "orders",
    "dsar",
    "dsar.staff.apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "knox",
    "rest_framework",
    *env.list("DSAR_EXTRA_APPS", default=[]),
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.logs.RouteLogMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "accounts.security_log.PageViewMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "dsar.portal.signal.GlobalPrivacyControl",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "dsar.portal.context.organisation",
            ]
        },
    }
]

# --- Database ------------------------------------------------------------------------------------
DATABASES = {
    "default": addresses.database(
        owner=env.str("DSAR_DATABASE_ROLE", default="application") == "owner",
        through_pgbouncer=env.bool("PGBOUNCER", default=False),
        test_name=env.str("DSAR_TEST_DATABASE", default=""),
        embedded=EMBEDDED,
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Broker and cache ----------------------------------------------------------------------------
REDIS_URL = addresses.redis(embedded=EMBEDDED)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        # Clearing a cache empties its whole database: the broker's must be another one.
        "LOCATION": env.str("CACHE_URL", default=addresses.next_number(REDIS_URL)),
    }
}

CELERY_BROKER_URL = addresses.broker(REDIS_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A worker waits for the broker for as long as it takes; by default it would give up within the hour.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# A broker that is down must not hold up a web request: the request's row is the truth, the sweep
# finds it.
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_TRANSPORT_OPTIONS = {"max_retries": 0, "socket_connect_timeout": 2}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "requests"
# Each with an exchange of its own: on a shared one a message would reach all three.
CELERY_TASK_QUEUES = [
    Queue(name, Exchange(name), routing_key=name) for name in ("requests", "notifications", "mail")
]
CELERY_TASK_DEFAULT_EXCHANGE = CELERY_TASK_DEFAULT_ROUTING_KEY = "requests"
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Work goes on while the broker is away; what it does is guarded by leases, not by the broker.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

# --- People --------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
    # It logs nobody in: it says what staff may do as somebody's deputy.
    "dsar.cases.deputies.DeputyBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dsar_portal:home"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_FORMS = {"signup": "accounts.joining.JoiningForm"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_RATE_LIMITS = {"dsar_open_filing": "20/h/ip,10/h/key", "dsar_writing": "30/h/key"}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http" if LOCAL else "https"
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = env.str("DSAR_ORGANISATION_NAME", default="Example Reports")
# Each page would cost five statements more; a session is listed with its beginning and its browser.
USERSESSIONS_TRACK_ACTIVITY = False

# --- Language and time ---------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
FORMAT_MODULE_PATH = ["config.formats"]
TIME_ZONE = "Asia/Singapore"
USE_TZ = True

# --- Files ---------------------------------------------------------------------------------------
STATIC_URL = "static/"
# Locally nobody runs collectstatic: files are served from where the apps keep them.
STATIC_ROOT = None if LOCAL else env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
WHITENOISE_USE_FINDERS = LOCAL
WHITENOISE_AUTOREFRESH = False
MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(LOCAL_FOLDER / "media"))
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
FILES_BUCKET = env.str("DSAR_S3_BUCKET", default="")
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if LOCAL
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
    # Neither has an address: what lies in them leaves through views that ask who wants it.
    "packages": addresses.private_storage("packages", root=MEDIA_ROOT, bucket=FILES_BUCKET),
    "uploads": addresses.private_storage("uploads", root=MEDIA_ROOT, bucket=FILES_BUCKET),
}

# --- Mail ----------------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="privacy@example.com")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_TIMEOUT = 10
EMAIL_FILE_PATH = str(LOCAL_FOLDER / "mail")
EMAIL_BACKEND = (
    "django.core.mail.backends.filebased.EmailBackend"
    if LOCAL
    else "django.core.mail.backends.smtp.EmailBackend"
)
if env.str("EMAIL_URL", default=""):
    vars().update(env.email_url("EMAIL_URL"))

# --- Browser security ----------------------------------------------------------------------------
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not LOCAL
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = not LOCAL
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=not LOCAL)
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]
SECURE_HSTS_SECONDS = 0 if LOCAL else env.int("SECURE_HSTS_SECONDS", default=31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not LOCAL
SECURE_REFERRER_POLICY = "same-origin"
if env.bool("TRUST_X_FORWARDED_PROTO", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    "camera": [],
    "geolocation": [],
    "microphone": [],
    "payment": [],
    "usb": [],
}

# --- API -----------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "knox.auth.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "dsar.api.documenting.Described",
    "DEFAULT_THROTTLE_CLASSES": ["dsar.api.throttles.Calls"],
    "EXCEPTION_HANDLER": "dsar.api.problems.answer",
    "NUM_PROXIES": env.int("TRUSTED_PROXY_COUNT", default=0),
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Data-subject requests",
    "DESCRIPTION": "Ask what is held about you, have it corrected, moved or deleted, and follow what happens.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    # What is sent is described apart from what is answered: it takes nothing blank and no other member.
    "COMPONENT_SPLIT_REQUEST": True,
    "ENFORCE_NON_BLANK_FIELDS": True,
    # Two sets of states: what staff see, and what a person is shown of them.
    "ENUM_NAME_OVERRIDES": {
        "StateEnum": "dsar.api.shapes.STATES",
        "ShownStateEnum": "dsar.api.shapes.SHOWN_STATES",
        "OutcomeEnum": "dsar.api.shapes.OUTCOMES",
        "QuestionKindEnum": "dsar.api.shapes.QUESTIONS",
        "AskableKindEnum": "dsar.api.shapes.ASKABLE",
        "AnnotationKindEnum": "dsar.api.shapes.ANNOTATIONS",
    },
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# --- Logs ----------------------------------------------------------------------------------------
LOGGING = logs.configuration(
    level=env.str("LOG_LEVEL", default="INFO"), as_json=env.bool("LOG_JSON", default=not LOCAL)
)
logs.configure()
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False

# --- Data-subject requests -----------------------------------------------------------------------
DSAR: dict[str, Any] = {
    "STAFF_NEEDS_MFA": env.bool("DSAR_STAFF_NEEDS_MFA", default=not LOCAL),
    "WAITING_PERIOD_SECONDS": env.int("DSAR_WAITING_PERIOD_SECONDS", default=7 * 24 * 3600),
    "LEASE_SECONDS": env.int("DSAR_LEASE_SECONDS", default=15),
    "HEARTBEAT_SECONDS": env.int("DSAR_HEARTBEAT_SECONDS", default=5),
    "SWEEP_SECONDS": env.int("DSAR_SWEEP_SECONDS", default=5),
    "PACKAGE_DAYS": env.int("DSAR_PACKAGE_DAYS", default=14),
    "PACKAGE_FETCHES": env.int("DSAR_PACKAGE_FETCHES", default=20),
    "UNVERIFIED_DAYS": env.int("DSAR_UNVERIFIED_DAYS", default=21),
    "REMIND_SECONDS": env.int("DSAR_REMIND_SECONDS", default=3600),
    # The hour at which the database is searched for what a deletion left; -1 searches at once.
    "SWEEP_HOUR": None
    if (hour := env.int("DSAR_SWEEP_HOUR", default=-1 if LOCAL else 3)) < 0
    else hour,
    # The hour in which the nightly retention run begins; -1 begins none.
    "RETENTION_HOUR": env.int("DSAR_RETENTION_HOUR", default=2),
    "RETENTION_SECONDS": env.int("DSAR_RETENTION_SECONDS", default=300),
    "RETENTION_SHARE": env.float("DSAR_RETENTION_SHARE", default=0.2),
    "RETENTION_MOST_ROWS": env.int("DSAR_RETENTION_MOST_ROWS", default=2_000_000),
    # Who may read /metrics; nobody may while it is empty.
    "PUBLISH_FIGURES": env.bool("DSAR_PUBLISH_FIGURES", default=False),
    "METRICS_TOKEN": env.str("DSAR_METRICS_TOKEN", default=""),
    # Where a mailed link leads; {token} is put in its place.
    "LINK_URL": env.str("DSAR_LINK_URL", default=""),
    "ACCOUNT_CHANGES": "accounts.changes.since",
    "CONFIRMATION_URL": env.str("DSAR_CONFIRMATION_URL", default=""),
    "UNSUBSCRIBE_URL": env.str("DSAR_UNSUBSCRIBE_URL", default=""),
    # Newest first: the first one locks, all of them open.
    "MASTER_KEYS": (
        [local_secrets.kept("master-key", lambda: Fernet.generate_key().decode())]
        if LOCAL and not env.list("DSAR_MASTER_KEYS", default=[])
        else env.list("DSAR_MASTER_KEYS")
    ),
    "SUPPRESSION_KEY": (
        local_secrets.kept("suppression-key", lambda: Fernet.generate_key().decode())
        if LOCAL and not env.str("DSAR_SUPPRESSION_KEY", default="")
        else env.str("DSAR_SUPPRESSION_KEY")
    ),
    # Outside the database: what was erased must be known after a backup of it came back.
    "ERASURE_JOURNAL": (
        env.str("DSAR_ERASURE_JOURNAL", default=str(LOCAL_FOLDER / "erasure-journal"))
        if LOCAL
        else env.str("DSAR_ERASURE_JOURNAL")
    ),
    # Newest first: all of them sign. The name in them is the log's.
    "LEDGER_SIGNING_KEYS": (
        [local_secrets.kept("ledger-key", lambda: notes.generate("dsar.local").unsafe_text())]
        if LOCAL and not env.list("DSAR_LEDGER_SIGNING_KEYS", default=[])
        else env.list("DSAR_LEDGER_SIGNING_KEYS")
    ),
    # Public keys that signed earlier and are still believed.
    "LEDGER_VERIFIER_KEYS": env.list("DSAR_LEDGER_VERIFIER_KEYS", default=[]),
    # Out of reach of whoever rewrites the database: file:///folder, storage:ALIAS, mailto:ADDRESS.
    "LEDGER_SECOND_PLACE": (
        env.str(
            "DSAR_LEDGER_SECOND_PLACE",
            default=(LOCAL_FOLDER / "second-place").resolve().as_uri(),
        )
        if LOCAL
        else env.str("DSAR_LEDGER_SECOND_PLACE")
    ),
    "SEAL_SECONDS": env.int("DSAR_SEAL_SECONDS", default=5),
    "ORGANISATION": {
        "name": env.str("DSAR_ORGANISATION_NAME", default="Example Reports Pte. Ltd."),
        "address": env.str(
            "DSAR_ORGANISATION_ADDRESS", default="1 Example Street, Singapore 000000"
        ),
        "email": env.str("DSAR_ORGANISATION_EMAIL", default="privacy@example.com"),
        "phone": env.str("DSAR_ORGANISATION_PHONE", default=""),
        "dpo": env.str("DSAR_DATA_PROTECTION_OFFICER", default="Data Protection Officer"),
        "representative": env.str("DSAR_EU_REPRESENTATIVE", default=""),
    },
    "RECIPIENTS": {
        "hosting": {
            "name": "Lion City Hosting Pte. Ltd. (fictional)",
            "role": "processor",
            "country": "SG",
            "contact": "privacy@hosting.example",
        },
    },
}
CELERY_BEAT_SCHEDULE = beats.schedule(
    sweep=DSAR["SWEEP_SECONDS"],
    seal=DSAR["SEAL_SECONDS"],
    remind=DSAR["REMIND_SECONDS"],
    retain=DSAR["RETENTION_SECONDS"],
)
