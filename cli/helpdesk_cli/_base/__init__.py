"""What every command needs: declaration, options, output, errors, input. Makes no request."""
