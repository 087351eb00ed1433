// The least of a page's half of the wire: hello, the values of slices, commands.
export function open(page, onSlice) {
  const socket = new WebSocket(`ws://${location.host}/ws`);
  let id = 0;
  let greeted;
  const ready = new Promise((resolve) => (greeted = resolve));
  socket.onopen = () => {
    const token = new URLSearchParams(location.hash.slice(1)).get('t');
    socket.send(JSON.stringify({ type: 'hello', page, protocol: 1, token, secret: '' }));
  };
  socket.onmessage = (event) => {
    const frame = JSON.parse(event.data);
    if (frame.type === 'snapshot') greeted();
    if (frame.type === 'change') for (const name in frame.slices) onSlice(name, frame.slices[name]);
  };
  const ask = (name, args) => socket.send(JSON.stringify({ type: 'command', id: ++id, name, args }));
  return { ask, ready };
}
