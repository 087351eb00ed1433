"""The routes, by what they are about; each module's ``add(app, parts)`` adds its own."""
