"""Commands; one file each, called like the command."""
