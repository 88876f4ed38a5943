"""What every command stands on: declaring and running commands, output, errors, input. Knows no helpdesk."""
