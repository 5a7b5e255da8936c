"""`{% words_address %}`: where this page's scripts find their words, "" when they have them already."""

from django import template
from django.utils import translation

from agencies.language import catalog_address

register = template.Library()


@register.simple_tag
def words_address() -> str:
    return catalog_address(translation.get_language() or "")
