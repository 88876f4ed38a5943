"""`helpdesk watch`: a queue kept up to date, on a screen or line by line."""
