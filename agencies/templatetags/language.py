"""`{% words_address %}`: where this page's scripts find their words, "" when they have them already;
`{{ sentence|said }}`: a sentence of rules or services in the language of the page."""

from django import template
from django.utils import translation
from django.utils.safestring import SafeData

from agencies import sentences
from agencies.language import catalog_address

register = template.Library()


@register.simple_tag
def words_address() -> str:
    return catalog_address(translation.get_language() or "")


@register.filter
def said(text: object) -> SafeData | str:
    return text if isinstance(text, SafeData) else sentences.said(str(text))
