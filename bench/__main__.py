"""`python -m bench`: one prediction in process, then one request over HTTP, with their limits."""

from __future__ import annotations

import sys
from typing import Final

from bench import one_prediction, one_request

# Machines are noisy: what misses a limit by less is printed as missed, but fails nothing.
MARGIN: Final = 1.3


def main() -> int:
    """Print the comparisons; returns 1 when one misses its limits by more than the margin."""
    held = [compare_predictions(), compare_requests()]
    return 0 if all(held) else 1


def compare_predictions() -> bool:
    """The model file against the pipeline that it was made from."""
    result = one_prediction.measure()
    print("One prediction in process, a review of 100 characters, median of many\n")
    print("| | microseconds | ratio |\n|---|---:|---:|")
    print(f"| scikit-learn: clean, tf-idf, GaussianNB | {result.scikit_learn:.1f} | 1 |")
    print(f"| this server: clean, onnxruntime | {result.server:.1f} | {result.ratio:.3f} |")
    print(f"| - of which cleaning | {result.cleaning:.1f} | |")
    print(f"| - of which the graph | {result.graph:.1f} | |")
    microseconds, ratio = one_prediction.LIMIT_MICROSECONDS, one_prediction.LIMIT_RATIO
    excess = max(result.server / microseconds, result.ratio / ratio)
    print(f"\nLimits: {microseconds} microseconds and a ratio of {ratio}: {said(excess)}\n")
    return excess <= MARGIN


def compare_requests() -> bool:
    """The server against plain Flask."""
    result = one_request.measure()
    print("One request to /predict, the same review, CPU time of all processes, best of many\n")
    print("| | milliseconds | ratio |\n|---|---:|---:|")
    print(f"| plain Flask: parse the JSON, answer a constant | {result.ceiling:.3f} | 1 |")
    print(f"| this server, with logs and metrics | {result.server:.3f} | {result.ratio:.2f} |")
    excess = result.ratio / one_request.LIMIT_RATIO
    print(f"\nLimit: a ratio of {one_request.LIMIT_RATIO}: {said(excess)}")
    return excess <= MARGIN


def said(excess: float) -> str:
    """Whether limits were held, in a word."""
    return "held" if excess <= 1 else "MISSED"


if __name__ == "__main__":
    sys.exit(main())
