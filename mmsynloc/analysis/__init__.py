"""Benchmarks and error analysis."""
