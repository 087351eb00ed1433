"""Video from the media loop to the pages: newest frames, batches, credit, the media socket."""
