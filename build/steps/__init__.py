"""What `build/dev.py` does, one step a module. Standard library only: this runs before anything is installed."""
