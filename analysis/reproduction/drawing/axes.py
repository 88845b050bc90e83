"""Axes: their limits and tics, as gnuplot settings."""

import math

import numpy as np

from .commands import quoted


def log_limits(values, largest_ratio=1e8):
    """Limits of a logarithmic axis around positive numbers: at least a factor of four apart, and not more than this."""
    numbers = np.concatenate([np.ravel(value) for value in values])
    numbers = numbers[np.isfinite(numbers) & (numbers > 0)]
    if len(numbers) == 0:
        return 0.1, 10.0
    high = numbers.max() * 1.3
    low = max(numbers.min() / 1.3, high / largest_ratio)
    widen = max(1.0, math.sqrt(4 * low / high))
    return low / widen, high * widen


def linear_axis(axis, limits, tics):
    """Settings of a linear axis with about as many tics, at multiples of 1, 2 or 5 times a power of ten."""
    low, high = limits
    rough = (high - low) / tics
    power = 10.0**math.floor(math.log10(rough))
    step = min((digit * power for digit in (1, 2, 5, 10)), key=lambda step: abs(math.log(step / rough)))
    return [f"unset log {axis}", f"set {axis}range [{low:.6g}:{high:.6g}]", f"set {axis}tics {step:.6g}"]


def log_axis(axis, limits, numbers=5):
    """Settings of a logarithmic axis with numbers at 1, 2 and 5 on a short one, at some powers of ten on a long one."""
    low, high = limits
    decades = math.log10(high / low)
    numbered = [1, 2, 5] if decades < 1.6 else [1]
    step = math.ceil(decades / numbers)
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    tics = [log_tic(digit, power, digit in numbered and power % step == 0)
            for power in exponents for digit in range(1, 10) if low <= digit * 10.0**power <= high]
    return [f"set log {axis}", f"set {axis}range [{low:.6g}:{high:.6g}]", f"set {axis}tics ({', '.join(tics)})"]


def log_tic(digit, power, numbered):
    """A tic with its number, or a small one without."""
    return f"{quoted(tic_number(digit, power))} {digit}e{power}" if numbered else f"'' {digit}e{power} 1"


def tic_number(digit, power):
    if -3 <= power <= 2:
        return f"{digit * 10.0**power:.3f}".rstrip("0").rstrip(".")
    return f"10^{{{power}}}" if digit == 1 else f"{digit}·10^{{{power}}}"


def angle_axis(axis):
    """Settings of an axis over a full turn."""
    return [f"unset log {axis}", f"set {axis}range [0:2*pi]", f"set {axis}tics ('0' 0, 'π' pi, '2π' 2*pi)"]
