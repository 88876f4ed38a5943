"""`helpdesk watch`: a queue kept up to date, on the screen or line by line."""
