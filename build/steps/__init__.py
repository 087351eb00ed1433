"""What `build/dev.py` does, one step a module. Standard library only: it runs first of all."""
