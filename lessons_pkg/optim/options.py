"""What every optimizer does before its first step: look at its options."""

from numbers import Real


def require_at_least_zero(optimizer: str, **options: object) -> None:
    """Refuse options below zero: ``require_at_least_zero("SGD", lr=lr)``.

    Chapter 3. Raises TypeError if one is not a number, ValueError if one is negative or not-a-number.
    """
    for name, value in options.items():
        if not isinstance(value, Real):
            kind = type(value).__name__
            raise TypeError(f"{optimizer}: {name} must be a number, got {kind}")
        if not float(value) >= 0:  # not-a-number fails, too
            raise ValueError(f"{optimizer}: {name} must be >= 0, got {value}")
