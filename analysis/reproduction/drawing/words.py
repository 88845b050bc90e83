"""Words for people: names, symbols, units and numbers of seeds, ready for gnuplot's enhanced mode."""

import re

WORDS = {"gelu": "GeLU", "softplus": "Softplus", "sylvester": "Sylvester", "dyt": "DyT", "delta": "δ =", "pi": "π",
         "theta": "θ", "phi": "φ"}
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
PHRASES = {"quadratic_term 1.0": "with term", "quadratic_term 0.0": "without term"}


def words(label):
    """A label for people, ready for gnuplot: names of functions as the paper writes them, Greek letters."""
    for phrase, better in PHRASES.items():
        label = label.replace(phrase, better)
    return plain(re.sub(r"[A-Za-z]+", lambda word: WORDS.get(word[0], word[0]), label))


def plain(text):
    """Text that gnuplot's enhanced mode prints as it is."""
    return re.sub(r"([_^{}@&~\\])", r"\\\1", re.sub(r"\s+", " ", text))


def symbol(name):
    """A coordinate's symbol: theta1 becomes a Greek letter with a subscript."""
    letters, digits = re.fullmatch(r"(.*?)(\d*)", name).groups()
    return WORDS.get(letters, plain(letters)) + digits.translate(SUBSCRIPTS)


def with_unit(text, unit):
    unit = unit.replace("kg^2 m^4", "kg² m⁴").replace("m^2", "m²")
    return text if unit == "1" else f"{text} [{unit}]"


def count(number, noun):
    return f"{number} {noun}" + ("" if number == 1 else "s")


def seeds(numbers):
    """How many seeds a figure shows: "4 seeds", or "1 to 4 seeds" where the arms differ."""
    low, high = min(numbers), max(numbers)
    return count(high, "seed") if low == high else f"{low} to {high} seeds"


def seeds_with(arms, path):
    return seeds([len(arm.having(path)) for arm in arms])


def spread(number):
    """How the subtitle explains lines and bands."""
    return "one seed" if number == "1 seed" else f"median and range of {number}"
