"""Everything is django-helpdesk's."""

from __future__ import annotations

from django.conf import settings
from django.urls import include, path

if settings.PATCHED:
    import patches

    patches.apply()

urlpatterns = [path("", include("helpdesk.urls", namespace="helpdesk"))]
