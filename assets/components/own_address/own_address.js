// Writes the token of a person's workspace into the page's address, so that loading it again finds their work, and notes
// that this browser has opened it. The note is no token: it opens nothing.
const DAYS = 400; // browsers keep no cookie for longer
const MOST = 20;

export default function ({ data }) {
  note(data.cookie, data.mark);
  const address = new URL(window.location.href);
  if (address.searchParams.get(data.name) === data.token) return;
  address.searchParams.set(data.name, data.token);
  window.history.replaceState(window.history.state, "", address);
}

function note(cookie, mark) {
  const kept = document.cookie.split("; ").find((part) => part.startsWith(`${cookie}=`));
  const others = (kept?.slice(cookie.length + 1).split(".") ?? []).filter((other) => other && other !== mark);
  const marks = [mark, ...others].slice(0, MOST).join(".");
  const secure = window.location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${cookie}=${marks}; Path=/; Max-Age=${DAYS * 86400}; SameSite=Lax${secure}`;
}
