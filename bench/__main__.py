"""`python -m bench`: one prediction in process, here and in scikit-learn."""

from __future__ import annotations

import sys

from bench.one_prediction import LIMIT_MICROSECONDS, LIMIT_RATIO, measure


def main() -> int:
    """Print the comparison; returns 1 when it misses its limits."""
    result = measure()
    print("One prediction in process, a review of 100 characters, median of many\n")
    print("| | microseconds | ratio |\n|---|---:|---:|")
    print(f"| scikit-learn: clean, tf-idf, GaussianNB | {result.scikit_learn:.1f} | 1 |")
    print(f"| this server: clean, onnxruntime | {result.server:.1f} | {result.ratio:.3f} |")
    print(f"| - of which cleaning | {result.cleaning:.1f} | |")
    print(f"| - of which the graph | {result.graph:.1f} | |")
    held = result.server <= LIMIT_MICROSECONDS and result.ratio <= LIMIT_RATIO
    print(
        f"\nLimits: {LIMIT_MICROSECONDS} microseconds and a ratio of {LIMIT_RATIO}: "
        f"{'held' if held else 'MISSED'}"
    )
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
