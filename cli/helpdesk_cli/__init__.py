"""The command line: each command parses, asks the SDK once, and prints."""
