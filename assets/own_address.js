// Writes the token of a person's workspace into the page's address, so that loading it again finds their work.
export default function ({ data }) {
  const address = new URL(window.location.href);
  if (address.searchParams.get(data.name) === data.token) return;
  address.searchParams.set(data.name, data.token);
  window.history.replaceState(window.history.state, "", address);
}
