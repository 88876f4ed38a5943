"""The names that scripts import from `zenpy.lib`."""
