"""What kind of telephone and browser it is, in two words for people. Pure."""

_SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
            ("Mac OS X", "Mac"), ("Linux", "Linux"))  # fmt: skip
_BROWSERS = (("Edg", "Edge"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"),
             ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip
"""Words of a User-Agent in the order in which they tell: each also names what it wants to be taken for."""


def device_name(user_agent: str) -> str:
    """`Android · Chrome`; `HP` when nothing is known."""
    found = [
        next((name for word, name in words if word in user_agent), "") for words in (_SYSTEMS, _BROWSERS)
    ]  # fmt: skip
    return " · ".join(part for part in found if part) or "HP"
