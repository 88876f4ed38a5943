"""What the helpdesk costs, measured: `python -m benchmarks`, or `make bench`. See README.md."""
