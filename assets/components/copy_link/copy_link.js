// A link with a button that copies it; `name` and `button` say what it is and what the button does.
export default function ({ data, parentElement }) {
  const [input, button, status] = ["input", "button", "span"].map((name) => parentElement.querySelector(name));
  if (input.value !== data.link) status.textContent = "";
  input.value = data.link;
  input.ariaLabel = data.name;
  button.textContent = data.button;
  input.onfocus = () => input.select();
  button.onclick = async () => {
    status.textContent = (await copied(input)) ? "Copied." : "Press Ctrl+C to copy it.";
  };
}

async function copied(input) {
  try {
    await navigator.clipboard.writeText(input.value);
    return true;
  } catch {
    // Browsers keep the clipboard from pages without https, as in a school's network: there the old way.
    input.focus();
    input.select();
    return document.execCommand("copy");
  }
}
