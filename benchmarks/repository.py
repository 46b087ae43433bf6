"""Where the benchmarks find the repository and their own files."""

from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SCENARIOS = ROOT / "scenarios"
RESULTS = HERE / "RESULTS.md"
