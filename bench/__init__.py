"""The measurements of BENCHMARKS.md: this system and a plain reference application, side by side on one machine."""
