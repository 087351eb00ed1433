"""Video from the media loop to the pages.

::

    slots.put  (any thread)    the newest frame of each track, of the open epoch alone
      flow.step                what one page is sent next: streams, then batches, as credit allows
        batches, credit        how it travels, how much may be under way
      link, pour               one connection, and its bytes without a join
    server.admit/revoke/show   which page may receive what
"""
