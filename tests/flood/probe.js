/**
 * Stands in front of a page's own script: watches the page's socket to the hub and asks on it what it is told to ask.
 * Its numbers begin far beyond the page's own, which the page does not know and leaves alone.
 */
(() => {
  const Socket = WebSocket;
  const orders = new Socket(`ws://127.0.0.1:${document.currentScript.dataset.port}/`);
  const FIRST = 1_000_000_000;
  const seen = { window: '', names: [], hash: '', checked: false, resyncs: 0 };
  const numbers = new Map(); // the conductor's numbers by the ids with which they were asked here
  const waiting = new Set(); // ids of the page's own commands
  let hub, transmit, nextId = FIRST, lose = '';

  const tell = (what) => orders.readyState === Socket.OPEN && orders.send(JSON.stringify(what));
  orders.onopen = () => seen.window && ready();
  const ready = () => tell({ type: 'ready', window: seen.window });

  function answered({ id, ok, error }) {
    const number = numbers.get(id);
    if (number) tell({ type: 'answer', number, code: ok ? '' : error.code });
    else if (!waiting.delete(id)) tell({ type: 'stray' }); // nobody asked, or it was answered before
  }

  function heard(event) {
    const message = JSON.parse(event.data);
    if (message.type === 'result') answered(message);
    else if (message.type === 'snapshot') {
      Object.assign(seen, { window: message.window, checked: false });
      seen.names = Object.keys(message.slices);
      ready();
    } else if (message.type === 'change') {
      seen.checked = false;
      seen.names = [...new Set([...seen.names, ...Object.keys(message.slices)])];
      seen.names = seen.names.filter((name) => !message.gone.includes(name));
      if (lose && lose in message.slices) lost(event, message);
    } else if (message.type === 'check') Object.assign(seen, { checked: true, hash: message.hash });
  }

  /** A fault on purpose: the page is shown the change without one of its slices. */
  function lost(event, message) {
    event.stopImmediatePropagation();
    delete message.slices[lose];
    lose = '';
    hub.onmessage(new MessageEvent('message', { data: JSON.stringify(message) }));
  }

  window.WebSocket = class extends Socket {
    constructor(url, protocols) {
      super(url, protocols);
      if (!String(url).endsWith('/ws')) return;
      hub = this;
      transmit = (message) => super.send(JSON.stringify(message));
      numbers.clear();
      waiting.clear();
      this.addEventListener('message', heard); // before the page's own, so that a fault is possible
    }
    send(text) {
      const message = JSON.parse(text);
      if (message.type === 'command') waiting.add(message.id);
      if (message.type === 'resync') seen.resyncs += 1;
      super.send(text);
    }
  };

  orders.onmessage = (event) => {
    const order = JSON.parse(event.data);
    if (order.type === 'ask') {
      for (const [number, name, args] of order.commands) {
        numbers.set(nextId, number);
        transmit({ type: 'command', id: nextId++, name, args });
      }
    } else if (order.type === 'reload') location.reload();
    else if (order.type === 'lose') lose = order.slice;
    else if (order.type === 'tell') tell({ type: 'seen', ...seen, waiting: waiting.size });
  };
})();
