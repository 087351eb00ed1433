/**
 * Stands in front of a page's own script and tells the bench when the light of a person who speaks is painted: the
 * second animation frame after it is in the page. Times are milliseconds since the epoch.
 */
(() => {
  const told = new WebSocket(`ws://127.0.0.1:${document.currentScript.dataset.port}/`);
  const page = location.pathname;
  const lit = new Set();
  const now = () => performance.timeOrigin + performance.now();
  const tell = (what) => told.readyState === WebSocket.OPEN && told.send(JSON.stringify({ page, ...what }));
  told.onopen = () => tell({ what: 'open', frames: 0 });

  function look() {
    const users = new Set([...document.querySelectorAll('[data-user].lit, [data-user].speaking')].map((one) => one.dataset.user));
    const fresh = [...users].filter((user) => !lit.has(user));
    lit.clear();
    for (const user of users) lit.add(user);
    if (!fresh.length) return;
    const shown = now();
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        const painted = now();
        for (const user of fresh) tell({ what: 'lit', user, shown, painted });
      }),
    );
  }

  const options = { subtree: true, childList: true, attributes: true, attributeFilter: ['class'] };
  new MutationObserver(look).observe(document, options);
})();
